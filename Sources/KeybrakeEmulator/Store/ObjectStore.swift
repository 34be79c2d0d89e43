internal import KeybrakeStripe

/// What one account remembers: a collection for each kind of object.
struct ObjectStore: Sendable {
    /// A text of an object, as it was at some time.
    struct Version: Sendable {
        fileprivate let kind: Int32
        fileprivate let place: TextLog.Place
    }

    /// By the numbers of their kinds, which are given as kinds come up.
    private var collections: [ObjectCollection] = []
    private var numbers: [ObjectKind: Int] = [:]
    /// What was written last, so that an event or a remembered answer that says the same shares it.
    private var latest: [(text: [UInt8], version: Version)] = []
    private var latestTurn = 0
    private(set) var count = 0

    /// How many of the texts that were written last can be shared.
    private static let latestMax = 4

    /// The kinds of which there is or was an object, sorted by name.
    var kinds: [ObjectKind] { numbers.keys.sorted { $0.name < $1.name } }

    func collection(_ kind: ObjectKind) -> ObjectCollection? {
        numbers[kind].map { collections[$0] }
    }

    func position(_ kind: ObjectKind, id: String) -> Int? {
        numbers[kind].flatMap { collections[$0].position(of: id) }
    }

    /// The object of that kind and id, deleted ones included.
    func object(_ kind: ObjectKind, id: String) -> StoredObject? {
        guard let number = numbers[kind], let position = collections[number].position(of: id) else { return nil }
        return collections[number][position]
    }

    /// The text that was kept as this version.
    func bytes(of version: Version) -> [UInt8] {
        collections[Int(version.kind)].bytes(at: version.place)
    }

    /// The version that has this very text, if it was written just now.
    func version(of text: [UInt8]) -> Version? {
        latest.first { $0.text == text }?.version
    }

    /// Has texts that are equal to an object as it now stands share its text.
    mutating func notePresent(objectOf text: [UInt8]) {
        guard let kind = StoredObject.text("object", in: text), let id = StoredObject.text("id", in: text),
            let number = numbers[ObjectKind(kind)], let position = collections[number].position(of: id),
            collections[number].bytes(at: position) == text
        else { return }
        note(text, number, position)
    }

    /// Remembers an object, replacing one with the same id.
    @discardableResult
    mutating func insert(_ kind: ObjectKind, _ object: StoredObject, tree: JSONObject? = nil) -> Int {
        let number = number(of: kind)
        let before = collections[number].count
        let position = collections[number].insert(object, tree: tree)
        count += collections[number].count - before
        note(object.bytes, number, position)
        return position
    }

    /// Adds an object as it was saved.
    mutating func restore(_ kind: ObjectKind, _ object: StoredObject, isSuperseded: Bool) {
        collections[number(of: kind)].restore(.init(object: object, isSuperseded: isSuperseded))
        count += 1
    }

    mutating func update(_ kind: ObjectKind, at position: Int, bytes: [UInt8]) {
        guard let number = numbers[kind] else { return }
        collections[number].update(at: position, bytes: bytes)
        note(bytes, number, position)
    }

    mutating func spend(_ kind: ObjectKind, at position: Int) {
        if let number = numbers[kind] { collections[number].spend(at: position) }
    }

    mutating func setUp(_ kind: ObjectKind, at position: Int) {
        if let number = numbers[kind] { collections[number].setUp(at: position) }
    }

    /// Makes an object another one's own.
    mutating func give(_ kind: ObjectKind, at position: Int, to owner: String) {
        if let number = numbers[kind] { collections[number].give(at: position, to: owner) }
    }

    mutating func delete(_ kind: ObjectKind, at position: Int, answering bytes: [UInt8]) {
        if let number = numbers[kind] { collections[number].delete(at: position, answering: bytes) }
    }

    /// Puts every kind in the order of time, which objects that come from elsewhere may have disturbed.
    mutating func sortByTime() {
        for number in collections.indices { collections[number].sortByTime() }
    }

    private mutating func number(of kind: ObjectKind) -> Int {
        if let number = numbers[kind] { return number }
        numbers[kind] = collections.count
        collections.append(ObjectCollection(indexedMembers: ObjectIndexing.members(of: kind)))
        return collections.count - 1
    }

    private mutating func note(_ text: [UInt8], _ number: Int, _ position: Int) {
        let version = Version(
            kind: Int32(truncatingIfNeeded: number), place: collections[number].place(at: position))
        if latest.count < Self.latestMax {
            latest.append((text, version))
        } else {
            latest[latestTurn] = (text, version)
            latestTurn = (latestTurn + 1) % Self.latestMax
        }
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
        "billing.meter_event": ["event_name"],
        "v2.billing.meter_event": ["event_name"],
        .card: ["customer"],
        .charge: ["customer", "payment_intent"],
        .checkoutSession: ["customer", "payment_intent", "payment_link", "setup_intent", "subscription"],
        "customer_balance_transaction": ["customer"],
        .dispute: ["charge"],
        .invoicePayment: ["invoice"],
        .paymentIntent: ["customer"],
        .paymentMethod: ["customer"],
        .refund: ["charge", "payment_intent"],
        .subscription: ["customer", "test_clock"],
        .subscriptionItem: ["subscription"],
        .subscriptionSchedule: ["customer", "test_clock"],
        .transfer: ["destination", "source_transaction", "transfer_group"],
    ]
}
