/// One audit row with all its columns, for evidence and reports.
package struct AuditRow: Sendable, Equatable {
    package var sequence: Int64
    package var atMicroseconds: Int64
    package var kind: String
    package var requestID: String
    package var keyID: String?
    package var conversation: String?
    package var conversationSource: String?
    package var agent: String?
    package var turn: String?
    package var operation: String?
    package var mode: String?
    package var decision: String?
    package var refusal: String?
    package var status: Int64?
    package var upstreamStatus: Int64?
    package var ending: String?
    package var objectID: String?
    package var relatedID: String?
    package var meter: String?
    package var amount: Int64?
    package var currency: String?
    package var usdCents: Int64?
    package var customer: String?
    package var idempotencyKey: String?
    package var policyHash: String?
}
