internal import KeybrakeStripe

/// An account's objects as the audit reads them: each once, and the transactions by what they are for.
struct AccountBooks {
    let id: String
    let ledger: Ledger
    let transactions: [JSONObject]
    private let bySource: [String: [JSONObject]]
    private let store: ObjectStore
    /// By the charge.
    let refunds: [String: [JSONObject]]

    init(_ account: Account) {
        id = account.id
        ledger = account.ledger
        store = account.store
        transactions = account.store.collection(.balanceTransaction)?.objects.map(\.tree) ?? []
        let refunds = account.store.collection(.refund)?.objects.map(\.tree) ?? []
        self.refunds = Dictionary(grouping: refunds) { $0.text("charge") ?? "" }
        bySource = Dictionary(grouping: transactions) { $0.text("source") ?? "" }
    }

    func transactions(for source: String) -> [JSONObject] { bySource[source] ?? [] }

    func transaction(_ id: String?) -> JSONObject? {
        id.flatMap { store.object(.balanceTransaction, id: $0)?.tree }
    }

    func object(_ kind: ObjectKind, _ id: String?) -> JSONObject? {
        id.flatMap { store.object(kind, id: $0)?.tree }
    }

    func all(_ kind: ObjectKind) -> [JSONObject] {
        store.collection(kind)?.objects.filter { !$0.isDeleted }.map(\.tree) ?? []
    }

    /// The objects of a kind that belong to another one.
    func parts(_ kind: ObjectKind) -> [String: [JSONObject]] {
        Dictionary(grouping: store.collection(kind)?.objects.map { ($0.owner ?? "", $0.tree) } ?? [], by: \.0)
            .mapValues { $0.map(\.1) }
    }

    /// Whether an object of that id exists, of whichever kind transactions are for.
    func hasSource(_ id: String) -> Bool {
        Self.sources.contains { store.position($0, id: id) != nil }
    }

    private static let sources: [ObjectKind] = [
        .charge, .refund, .payout, .transfer, .transferReversal, .applicationFee, .feeRefund, .topUp, .dispute,
        "issuing.transaction", "issuing.authorization", "issuing.dispute",
    ]
}

extension JSONObject {
    /// What of a balance transaction's fee is of that type.
    func fee(_ type: String) -> Int64 {
        (self["fee_details"]?.arrayValue ?? []).reduce(0) { sum, detail in
            detail["type"]?.stringValue == type ? sum + (detail["amount"]?.integerValue ?? 0) : sum
        }
    }
}
