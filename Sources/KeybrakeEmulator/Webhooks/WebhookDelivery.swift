/// One attempt to deliver an event, ready to be sent with POST.
package struct WebhookDelivery: Sendable {
    /// To report how it went.
    package let id: String
    /// The account that the endpoint belongs to.
    package let account: String
    package let endpoint: String
    package let url: String
    package let body: [UInt8]
    /// The value of `Stripe-Signature`, valid for the body and the endpoint's secrets unless the world's switches say
    /// otherwise.
    package let signature: String
    /// 1 for the first attempt.
    package let attempt: Int
}
