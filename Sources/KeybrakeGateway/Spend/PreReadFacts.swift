package import KeybrakeStripe

/// What a pre-read object says about money and customer.
package struct PreReadFacts: Sendable, Equatable {
    package var amount: Int64
    package var currency: Currency
    package var amountCaptured: Int64
    package var amountRefunded: Int64
    package var customer: String?

    /// Reads the facts of a charge or a PaymentIntent (whose charge must be expanded for refunds to be told).
    ///
    /// - Returns: `nil` when the object states no amount or a currency that Stripe does not know.
    package init?(_ object: JSONValue) {
        guard let amount = object["amount"]?.integerValue, let code = object["currency"]?.stringValue,
            let currency = Currency(code)
        else { return nil }
        self.amount = amount
        self.currency = currency
        let charge = object["latest_charge"]?.objectValue.map { JSONValue.object($0) } ?? object
        amountCaptured = charge["amount_captured"]?.integerValue ?? 0
        amountRefunded = charge["amount_refunded"]?.integerValue ?? 0
        customer = object["customer"]?.stringValue ?? object["customer"]?["id"]?.stringValue
    }

    /// What a refund without an amount gives back at most: the rest, or of a charge that was not captured the whole
    /// authorisation.
    package var refundable: Int64 {
        amountCaptured > 0 ? max(0, amountCaptured.subtractingReportingOverflow(amountRefunded).partialValue) : amount
    }

    /// Whether Stripe takes the refundable rest as a stated amount. It refuses zero, and parts of an authorisation.
    package var canStateRefundable: Bool { amountCaptured > 0 && refundable > 0 }
}
