/// One attempt to deliver an event, ready to be sent with POST.
package struct WebhookDelivery: Sendable {
    /// To report how it went.
    package let id: String
    /// The account that the event is of.
    package let account: String
    package let url: String
    package let body: [UInt8]
    /// The value of `Stripe-Signature`, valid for the body and the endpoint's secret.
    package let signature: String
    /// 1 for the first attempt.
    package let attempt: Int
}
