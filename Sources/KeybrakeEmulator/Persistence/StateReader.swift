internal import KeybrakeStripe

/// Reads what ``StateWriter`` wrote. A member that is missing or of another kind is an error that names it.
enum StateReader {
    static func value<Value: Decodable>(_ type: Value.Type, _ json: JSONValue) throws -> Value {
        guard let value = try plain(type, json) ?? Value(from: ValueDecoder(json: json)) as Value? else {
            throw StateFailure(reason: "no \(type)")
        }
        return value
    }

    private static func plain<Value>(_ type: Value.Type, _ json: JSONValue) throws -> Value? {
        if type == JSONValue.self { return json as? Value }
        if type == JSONObject.self { return try need(json.objectValue, "an object") as? Value }
        if type == Bool.self { return try need(json.boolValue, "true or false") as? Value }
        if type == String.self { return try need(json.stringValue, "a text") as? Value }
        if let integer = type as? any FixedWidthInteger.Type { return try number(integer, json) as? Value }
        if let unordered = type as? any UnorderedState.Type {
            return try unordered.init(members: need(json.arrayValue, "a list")) as? Value
        }
        return nil
    }

    private static func number<Number: FixedWidthInteger>(_ type: Number.Type, _ json: JSONValue) throws -> Number {
        let number =
            switch json {
            case .integer(let number): Number(exactly: number)
            case .string(let text): Number(text)
            default: nil as Number?
            }
        return try need(number, "a whole number")
    }

    static func need<Value>(_ value: Value?, _ what: String) throws -> Value {
        guard let value else { throw StateFailure(reason: "is not \(what)") }
        return value
    }

    /// Reads something that belongs to a member, so that errors name it.
    static func within<Value>(_ name: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let failure as StateFailure {
            throw StateFailure(reason: "`\(name)` \(failure.reason)")
        } catch {
            throw StateFailure(reason: "`\(name)` cannot be read")
        }
    }
}

private struct ValueDecoder: Decoder {
    let json: JSONValue
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(KeyedValues(object: try StateReader.need(json.objectValue, "an object")))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        ListValues(elements: try StateReader.need(json.arrayValue, "a list"))
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleValue(json: json) }
}

private struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONObject
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.name) } }

    func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { object[key.stringValue]?.isNull ?? true }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try StateReader.within(key.stringValue) { try StateReader.value(type, member(key)) }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        try StateReader.within(key.stringValue) { try ValueDecoder(json: member(key)).container(keyedBy: type) }
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try StateReader.within(key.stringValue) { try ValueDecoder(json: member(key)).unkeyedContainer() }
    }

    func superDecoder() -> any Decoder { ValueDecoder(json: object["super"] ?? .null) }
    func superDecoder(forKey key: Key) -> any Decoder { ValueDecoder(json: object[key.stringValue] ?? .null) }

    private func member(_ key: Key) throws -> JSONValue {
        guard let value = object[key.stringValue] else { throw StateFailure(reason: "is missing") }
        return value
    }
}

private struct ListValues: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() -> Bool {
        guard !isAtEnd, elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try StateReader.value(type, next())
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    {
        try ValueDecoder(json: next()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(json: next()).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { ValueDecoder(json: try next()) }

    private mutating func next() throws -> JSONValue {
        guard !isAtEnd else { throw StateFailure(reason: "ends too soon") }
        defer { currentIndex += 1 }
        return elements[currentIndex]
    }
}

private struct SingleValue: SingleValueDecodingContainer {
    let json: JSONValue
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { json.isNull }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try StateReader.value(type, json) }
}

extension JSONValue: Codable {
    // `StateWriter` and `StateReader` take JSON as it is; any other coder gets its text.
    package init(from decoder: any Decoder) throws {
        self = try JSONParser.parse(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(JSONWriter.text(self))
    }
}

extension JSONObject: Codable {
    package init(from decoder: any Decoder) throws {
        self = try StateReader.need(JSONValue(from: decoder).objectValue, "an object")
    }

    package func encode(to encoder: any Encoder) throws {
        try JSONValue.object(self).encode(to: encoder)
    }
}
