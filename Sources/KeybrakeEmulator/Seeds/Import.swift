internal import KeybrakeStripe

/// Objects on their way into a world: from seed lines, or from the answers of a cassette. What comes out of order of
/// time is put in order at the end, and the balance follows the balance transactions that came.
struct Import {
    /// Why an object cannot be taken.
    struct Refusal: Error {
        let reason: String
    }

    /// Members that say what does not show of an object; they never leave the emulator otherwise.
    static let cardMember = "keybrake_test_card"
    static let accountMember = "keybrake_account"
    static let ownerMember = "keybrake_owner"
    static let spentMember = "keybrake_spent"
    static let setUpMember = "keybrake_set_up"
    /// Lines of an export that are no objects of Stripe's.
    static let ledgerKind = "keybrake.ledger"
    static let webhooksKind = "keybrake.webhooks"

    private let now: Int64
    /// Balance transactions that were not there before.
    private var transactions: [JSONObject] = []
    private var hasLedger = false
    private let hadEvents: Bool

    init(into account: Account, now: Int64) {
        self.now = now
        hadEvents = !account.events.isEmpty
    }

    /// Takes one object.
    mutating func take(_ value: JSONValue, into account: inout Account) throws(Refusal) {
        guard var tree = value.objectValue else { throw Refusal(reason: "no JSON object") }
        guard AmountLimits.holds(value) else { throw Refusal(reason: "a number has more than 15 digits") }
        guard let kind = tree.text("object"), !kind.isEmpty else { throw Refusal(reason: "`object` is missing") }
        switch kind {
        case Self.ledgerKind: return try takeLedger(tree, into: &account)
        case Self.webhooksKind: return try takeWebhooks(tree, into: &account)
        default: break
        }
        guard let id = tree.text("id"), !id.isEmpty, id.utf8.count <= 255 else {
            throw Refusal(reason: "`id` is missing")
        }
        guard kind != "event" else { return try takeEvent(tree, id: id, into: &account) }
        guard account.store.count < account.configuration.objectsMax else {
            throw Refusal(reason: "the account is full")
        }
        let marks = tree
        for member in [Self.cardMember, Self.ownerMember, Self.spentMember, Self.setUpMember] { tree[member] = nil }
        if tree["created"] == nil, Catalogue.shared.resource(kind)?.object?.field("created") != nil {
            tree.set("created", now)
        }
        complete(&tree, kind: kind)
        if kind == "balance_transaction", account.store.position(.balanceTransaction, id: id) == nil {
            transactions.append(tree)
        }
        var object = StoredObject(id: id, created: tree["created"]?.integerValue ?? now, bytes: tree.bytes)
        object.card = marks.text(Self.cardMember).flatMap { TestCardTable.row(number: $0) } ?? Self.guessCard(tree)
        object.owner = marks.text(Self.ownerMember)
        object.isSpent = marks.flag(Self.spentMember)
        object.isSetUp = marks.flag(Self.setUpMember)
        object.isDeleted = tree.flag("deleted")
        account.store.insert(ObjectKind(kind), object)
    }

    /// Puts what came in order, and books the money.
    func finish(_ account: inout Account) {
        account.store.sortByTime()
        guard !hasLedger else { return }
        for transaction in transactions { Self.book(transaction, in: &account) }
    }

    /// Members that a short seed leaves out get their usual values.
    private func complete(_ tree: inout JSONObject, kind: String) {
        guard kind == "customer", !tree.flag("deleted") else { return }
        var whole = Customers.template
        for member in tree.members { whole[member.name] = member.value }
        tree = whole
    }

    private func takeEvent(_ tree: JSONObject, id: String, into account: inout Account) throws(Refusal) {
        guard account.events.position(of: id) == nil else { return }
        guard let type = tree.text("type"), let object = tree.object("data")?.object("object") else {
            throw Refusal(reason: "an event has `type` and `data.object`")
        }
        account.restore(
            EventLog.Entry(
                id: id, type: type, created: tree["created"]?.integerValue ?? now, object: object.bytes,
                previousAttributes: tree.object("data")?.object("previous_attributes")?.bytes,
                requestID: tree.object("request")?.text("id"),
                idempotencyKey: tree.object("request")?.text("idempotency_key")))
    }

    private mutating func takeLedger(_ tree: JSONObject, into account: inout Account) throws(Refusal) {
        let known = Set(account.ledger.waitingDays)
        account.ledger = try Self.state(tree)
        for day in account.ledger.waitingDays where !known.contains(day) {
            account.agenda.addToWorld(.fundsAvailable(day: day), at: day)
        }
        hasLedger = true
    }

    /// Deliveries point at places in the log of events, so they fit only where it began with this import.
    private func takeWebhooks(_ tree: JSONObject, into account: inout Account) throws(Refusal) {
        guard !hadEvents else { return }
        var here = tree
        // The platform of another world has another id.
        here["state"] = tree["state"].map { Self.renamed($0, tree.text("account") ?? "", to: account.id) }
        account.webhooks = try Self.state(here)
    }

    private static func renamed(_ value: JSONValue, _ old: String, to new: String) -> JSONValue {
        switch value {
        case .string(old): .string(new)
        case .array(let elements): .array(elements.map { renamed($0, old, to: new) })
        case .object(let object):
            .object(
                JSONObject(object.members.map { .init(name: $0.name, value: renamed($0.value, old, to: new)) }))
        default: value
        }
    }

    private static func state<Value: Codable>(_ tree: JSONObject) throws(Refusal) -> Value {
        do {
            return try StateReader.within("state") { try StateReader.value(Value.self, tree["state"] ?? .null) }
        } catch {
            throw Refusal(reason: (error as? StateFailure)?.reason ?? "\(error)")
        }
    }

    private static func book(_ transaction: JSONObject, in account: inout Account) {
        let fees = transaction["fee_details"]?.arrayValue ?? []
        let ofPlatform = fees.filter { $0["type"]?.stringValue == "application_fee" }
            .reduce(0) { $0 + ($1["amount"]?.integerValue ?? 0) }
        let day = transaction.text("status") == "pending" ? transaction["available_on"]?.integerValue : nil
        let isFirstOfDay = account.ledger.book(
            .init(
                transactionID: transaction.text("id") ?? "", currency: transaction.text("currency") ?? "",
                amount: transaction.integer("amount"), fee: transaction.integer("fee") - ofPlatform,
                applicationFee: ofPlatform, isIssuing: transaction.text("balance_type") == "issuing",
                availableOn: day))
        if let day, isFirstOfDay { account.agenda.addToWorld(.fundsAvailable(day: day), at: day) }
    }

    private static func guessCard(_ tree: JSONObject) -> TestCard.Row? {
        let last4 =
            tree.text("last4") ?? tree["card"]?["last4"]?.stringValue
            ?? tree["payment_method_details"]?["card"]?["last4"]?.stringValue
        return last4.flatMap { TestCardTable.row(last4: $0) }
    }
}
