/// The kind of an object: the name of its resource in the catalogue, which is also its `object` member.
struct ObjectKind: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    let name: String

    init(_ name: String) {
        self.name = name
    }

    init(stringLiteral value: StaticString) {
        name = value.description
    }

    var description: String { name }

    static let balanceTransaction = ObjectKind("balance_transaction")
    static let card = ObjectKind("card")
    static let charge = ObjectKind("charge")
    static let customer = ObjectKind("customer")
    static let dispute = ObjectKind("dispute")
    static let paymentIntent = ObjectKind("payment_intent")
    static let paymentMethod = ObjectKind("payment_method")
    static let refund = ObjectKind("refund")
    static let token = ObjectKind("token")
    static let webhookEndpoint = ObjectKind("webhook_endpoint")
}
