/// Where the columns of a Dashboard payments export lie, for any choice of columns.
struct PaymentsColumns {
    /// Which generation of the Dashboard wrote the file.
    enum Dialect: String {
        case old = "Dashboard payments (Created (UTC))"
        case new = "Dashboard payments (Created date (UTC))"
        case undated = "Dashboard payments (no time column)"
    }

    private(set) var dialect = Dialect.undated
    private(set) var count = 0
    private(set) var id: Int?
    private(set) var created: Int?
    private(set) var amount: Int?
    private(set) var refunded: Int?
    private(set) var currency: Int?
    private(set) var status: Int?
    private(set) var description: Int?
    private(set) var customer: Int?
    private(set) var intent: Int?
    private(set) var mode: Int?
    private(set) var declineReason: Int?
    /// Columns of the metadata key `conversation_id`; keys that differ in case have columns of their own.
    private(set) var conversations: [Int] = []

    /// The columns of that header; check ``isPayments(_:)`` first.
    init(header: [String]) {
        count = header.count
        for (index, name) in header.enumerated() {
            if let key = Self.metadataKey(name) {
                if Self.conversationKeys.contains(key.lowercased()) { conversations.append(index) }
            } else {
                place(name.lowercased(), at: index)
            }
        }
    }

    private mutating func place(_ name: String, at index: Int) {
        switch name {
        case "id": id = id ?? index
        case "created date (utc)":
            created = index
            dialect = .new
        case "created (utc)":
            created = created ?? index
            if dialect != .new { dialect = .old }
        case "amount": amount = index
        case "amount refunded": refunded = index
        case "currency": currency = index
        case "status": status = index
        case "description": description = index
        case "customer id": customer = index
        case "paymentintent id": intent = index
        case "mode": mode = index
        case "decline reason": declineReason = index
        default: break
        }
    }

    /// The facts that the file does not carry.
    var missingFacts: [ExportFact] {
        var missing: [ExportFact] = []
        if amount == nil { missing.append(.amount) }
        if currency == nil { missing.append(.currency) }
        if status == nil { missing.append(.status) }
        if created == nil { missing.append(.created) }
        if description == nil, conversations.isEmpty { missing.append(.conversation) }
        if customer == nil { missing.append(.customer) }
        if intent == nil { missing.append(.paymentIntent) }
        if mode == nil { missing.append(.mode) }
        return missing
    }

    /// Whether the header is one of a payments export: something to join on, and two columns more that such files have.
    static func isPayments(_ header: [String]) -> Bool {
        let names = Set(header.map { $0.lowercased() })
        guard names.contains("id") || names.contains("paymentintent id") else { return false }
        return names.intersection(known).count >= 2
    }

    /// The metadata key of a column such as `conversation_id (metadata)`.
    static func metadataKey(_ column: String) -> String? {
        let suffix = " (metadata)"
        return column.hasSuffix(suffix) ? String(column.dropLast(suffix.count)) : nil
    }

    /// The metadata keys, in lower case, that name the conversation.
    static let conversationKeys: Set<String> = ["conversation_id", "keybrake_conversation"]

    private static let known: Set<String> = [
        "created date (utc)", "created (utc)", "amount", "amount refunded", "currency", "captured", "converted amount",
        "converted amount refunded", "converted currency", "decline reason", "description", "fee", "status",
        "refunded date (utc)", "statement descriptor", "seller message", "taxes on fee", "card id", "customer id",
        "customer description", "customer email", "invoice id", "transfer", "payment source type", "mode", "is link",
        "link funding", "paymentintent id",
    ]
}
