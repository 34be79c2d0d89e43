package import KeybrakeStripe

/// A call that needs no verdict of the ledger's (a read, or one that was refused before): both audit rows at once.
package struct RecordedCall: Sendable {
    package var requestID: String
    /// When the request arrived and when it was answered, in microseconds since 1970.
    package var atMicroseconds: Int64
    package var endedAtMicroseconds: Int64
    package var keyID: String?
    package var policyHash: String?
    /// `nil` when the request never became an operation.
    package var operation: String?
    package var mode: String?
    /// The code of the refusal; `nil` when the call was allowed.
    package var refusal: String?
    package var clientStatus: Int?
    package var upstreamStatus: Int?
    package var objectID: String?
    package var relatedID: String?
    package var meter: String?
    /// What was asked for.
    package var money: Money?
    package var usdCents: Int64?
    package var customer: String?
    package var idempotencyKey: String?
    package var attribution: Attribution
    package var detail: JSONObject

    package init(
        requestID: String, atMicroseconds: Int64, endedAtMicroseconds: Int64, keyID: String? = nil,
        policyHash: String? = nil, operation: String? = nil, mode: String? = nil, refusal: String? = nil,
        clientStatus: Int?, upstreamStatus: Int? = nil, objectID: String? = nil, relatedID: String? = nil,
        meter: String? = nil, money: Money? = nil, usdCents: Int64? = nil, customer: String? = nil,
        idempotencyKey: String? = nil, attribution: Attribution = Attribution(), detail: JSONObject = JSONObject()
    ) {
        self.requestID = requestID
        self.atMicroseconds = atMicroseconds
        self.endedAtMicroseconds = endedAtMicroseconds
        self.keyID = keyID
        self.policyHash = policyHash
        self.operation = operation
        self.mode = mode
        self.refusal = refusal
        self.clientStatus = clientStatus
        self.upstreamStatus = upstreamStatus
        self.objectID = objectID
        self.relatedID = relatedID
        self.meter = meter
        self.money = money
        self.usdCents = usdCents
        self.customer = customer
        self.idempotencyKey = idempotencyKey
        self.attribution = attribution
        self.detail = detail
    }
}
