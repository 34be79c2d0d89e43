internal import KeybrakeStripe

/// What one account remembers: a collection for each kind of object.
struct ObjectStore: Sendable {
    private var collections: [ObjectKind: ObjectCollection] = [:]
    private(set) var count = 0

    /// The kinds of which there is or was an object, sorted by name.
    var kinds: [ObjectKind] { collections.keys.sorted { $0.name < $1.name } }

    func collection(_ kind: ObjectKind) -> ObjectCollection? {
        collections[kind]
    }

    func position(_ kind: ObjectKind, id: String) -> Int? {
        collections[kind]?.position(of: id)
    }

    /// The object of that kind and id, deleted ones included.
    func object(_ kind: ObjectKind, id: String) -> StoredObject? {
        guard let collection = collections[kind], let position = collection.position(of: id) else { return nil }
        return collection.objects[position]
    }

    /// Remembers an object, replacing one with the same id.
    @discardableResult
    mutating func insert(_ kind: ObjectKind, _ object: StoredObject, tree: JSONObject? = nil) -> Int {
        var added = 0
        func insert(into collection: inout ObjectCollection) -> Int {
            let before = collection.count
            defer { added = collection.count - before }
            return collection.insert(object, tree: tree)
        }
        defer { count += added }
        return insert(
            into: &collections[kind, default: ObjectCollection(indexedMembers: ObjectIndexing.members(of: kind))])
    }

    mutating func update(_ kind: ObjectKind, at position: Int, bytes: [UInt8]) {
        collections[kind]?.update(at: position, bytes: bytes)
    }

    mutating func spend(_ kind: ObjectKind, at position: Int) {
        collections[kind]?.spend(at: position)
    }

    mutating func setUp(_ kind: ObjectKind, at position: Int) {
        collections[kind]?.setUp(at: position)
    }

    mutating func delete(_ kind: ObjectKind, at position: Int, answering bytes: [UInt8]) {
        collections[kind]?.delete(at: position, answering: bytes)
    }
}

/// Which members of which kinds lists look objects up by.
enum ObjectIndexing {
    static func members(of kind: ObjectKind) -> [String] {
        table[kind] ?? narrowing[kind] ?? []
    }

    /// The members that hold ids and that a list of the kind can be narrowed by.
    private static let narrowing: [ObjectKind: [String]] = {
        var narrowing: [ObjectKind: [String]] = [:]
        for operation in Catalogue.shared.operations where operation.action.form == .list {
            guard let name = operation.action.resource, let shape = Catalogue.shared.resource(name)?.object else {
                continue
            }
            let members = operation.parameters.fields.map(\.name).filter { name in
                if case .expandable? = shape.field(name)?.type { true } else { false }
            }
            if narrowing[ObjectKind(name)] == nil { narrowing[ObjectKind(name)] = members }
        }
        return narrowing
    }()

    private static let table: [ObjectKind: [String]] = [
        .applicationFee: ["charge"],
        .balanceTransaction: ["source", "type"],
        .card: ["customer"],
        .charge: ["customer", "payment_intent"],
        .dispute: ["charge"],
        .paymentIntent: ["customer"],
        .paymentMethod: ["customer"],
        .refund: ["charge", "payment_intent"],
        .subscription: ["customer", "test_clock"],
        .subscriptionSchedule: ["customer", "test_clock"],
        .transfer: ["destination", "source_transaction", "transfer_group"],
    ]
}
