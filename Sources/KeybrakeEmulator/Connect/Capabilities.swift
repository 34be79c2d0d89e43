internal import KeybrakeStripe

enum Capabilities {
    static func checkTransfers(to id: String, _ account: Account) throws(StripeError) {}
}
