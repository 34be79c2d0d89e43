package import KeybrakeStripe

/// A judged call that asks to go out: everything that its audit rows will say before the answer is known.
package struct CallIntent: Sendable {
    /// Our own id of the request (`req_…`), unique for ever; the hold's id is made of it.
    package var requestID: String
    /// When the request arrived, in microseconds since 1970.
    package var atMicroseconds: Int64
    package var keyID: String
    package var policyHash: String?
    /// The operation's name, `POST /v1/charges`.
    package var operation: String
    /// `live`, `record`, `replay` or `emulate`.
    package var mode: String
    /// `charge`, `refund`, …; `nil` when no money moves.
    package var meter: String?
    package var effect: SpendEffect
    /// What is asked for, in the request's own currency.
    package var money: Money?
    /// The same in US cents, rounded up; what is held against the cap.
    package var usdCents: Int64?
    package var customer: String?
    package var idempotency: IdempotencyClaim?
    package var attribution: Attribution
    /// What has no column of its own, for the audit rows.
    package var detail: JSONObject

    package init(
        requestID: String, atMicroseconds: Int64, keyID: String, policyHash: String? = nil, operation: String,
        mode: String, meter: String? = nil, effect: SpendEffect = .none, money: Money? = nil, usdCents: Int64? = nil,
        customer: String? = nil, idempotency: IdempotencyClaim? = nil, attribution: Attribution = Attribution(),
        detail: JSONObject = JSONObject()
    ) {
        self.requestID = requestID
        self.atMicroseconds = atMicroseconds
        self.keyID = keyID
        self.policyHash = policyHash
        self.operation = operation
        self.mode = mode
        self.meter = meter
        self.effect = effect
        self.money = money
        self.usdCents = usdCents
        self.customer = customer
        self.idempotency = idempotency
        self.attribution = attribution
        self.detail = detail
    }
}
