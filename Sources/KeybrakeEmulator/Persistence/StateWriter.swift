internal import KeybrakeStripe

/// Turns a value of the emulator's state into JSON, by its synthesised `Codable`: so a member that is added to a state
/// is saved without anybody having to think of it.
///
/// Whole numbers of more than 15 digits are written as texts. Dictionaries and sets are written as lists in a stable
/// order, so that the same state is the same text.
enum StateWriter {
    static func json(_ value: some Encodable) throws -> JSONValue {
        if let json = plain(value) { return json }
        if let unordered = value as? any UnorderedState {
            return .array(try unordered.members().sorted { JSONWriter.text($0) < JSONWriter.text($1) })
        }
        let node = StateNode()
        try value.encode(to: NodeEncoder(node: node))
        return node.json
    }

    private static func plain(_ value: some Encodable) -> JSONValue? {
        switch value {
        case let value as JSONValue: value
        case let value as JSONObject: .object(value)
        case let value as Bool: .bool(value)
        case let value as String: .string(value)
        case let value as any BinaryInteger:
            if let number = Int64(exactly: value), number.magnitude < 1_000_000_000_000_000 {
                .integer(number)
            } else {
                .string(String(describing: value))
            }
        default: nil
        }
    }
}

/// A collection without an order of its own: dictionaries and sets.
protocol UnorderedState {
    /// The members, each as JSON.
    func members() throws -> [JSONValue]
    init(members: [JSONValue]) throws
}

extension Dictionary: UnorderedState where Key: Codable, Value: Codable {
    func members() throws -> [JSONValue] {
        try map { .array([try StateWriter.json($0.key), try StateWriter.json($0.value)]) }
    }

    init(members: [JSONValue]) throws {
        self.init(minimumCapacity: members.count)
        for member in members {
            guard let pair = member.arrayValue, pair.count == 2 else { throw StateFailure(reason: "no pair") }
            let key = try StateReader.value(Key.self, pair[0])
            guard updateValue(try StateReader.value(Value.self, pair[1]), forKey: key) == nil else {
                throw StateFailure(reason: "a key is there twice")
            }
        }
    }
}

extension Set: UnorderedState where Element: Codable {
    func members() throws -> [JSONValue] {
        try map { try StateWriter.json($0) }
    }

    init(members: [JSONValue]) throws {
        self.init(try members.map { try StateReader.value(Element.self, $0) })
    }
}

/// Why a state cannot be read.
struct StateFailure: Error {
    let reason: String
}

/// A value that is being put together by several containers.
private final class StateNode {
    var value: JSONValue = .null
    var members: [(name: String, node: StateNode)]?
    var elements: [StateNode]?

    var json: JSONValue {
        if let members {
            return .object(JSONObject(members.map { JSONObject.Member(name: $0.name, value: $0.node.json) }))
        }
        return elements.map { .array($0.map(\.json)) } ?? value
    }

    func member(_ name: String) -> StateNode {
        let node = StateNode()
        members = (members ?? []) + [(name, node)]
        return node
    }

    func element() -> StateNode {
        let node = StateNode()
        elements = (elements ?? []) + [node]
        return node
    }
}

private struct NodeEncoder: Encoder {
    let node: StateNode
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.members = node.members ?? []
        return KeyedEncodingContainer(KeyedNode(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.elements = node.elements ?? []
        return ListNode(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleNode(node: node) }
}

private struct KeyedNode<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: StateNode
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { node.member(key.stringValue).value = .null }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        node.member(key.stringValue).value = try StateWriter.json(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
        -> KeyedEncodingContainer<Nested>
    {
        NodeEncoder(node: node.member(key.stringValue)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        NodeEncoder(node: node.member(key.stringValue)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node.member("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { NodeEncoder(node: node.member(key.stringValue)) }
}

private struct ListNode: UnkeyedEncodingContainer {
    let node: StateNode
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.elements?.count ?? 0 }

    func encodeNil() { node.element().value = .null }
    func encode<Value: Encodable>(_ value: Value) throws { node.element().value = try StateWriter.json(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(node: node.element()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        NodeEncoder(node: node.element()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node.element()) }
}

private struct SingleNode: SingleValueEncodingContainer {
    let node: StateNode
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.value = .null }
    func encode<Value: Encodable>(_ value: Value) throws { node.value = try StateWriter.json(value) }
}
