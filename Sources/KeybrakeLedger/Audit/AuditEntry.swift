package import KeybrakeStripe

/// One row of the audit table, as it is written and as it is read back for people.
package struct AuditEntry: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// Before the call: what was asked.
        case intent
        /// After the call: what came of it, with every fact of the call repeated.
        case outcome
        /// Something an operator did.
        case admin
    }

    package enum Decision: String, Sendable {
        case allowed
        case refused
    }

    /// Contiguous from 1.
    package var sequence: Int64
    /// Microseconds since 1970.
    package var atMicroseconds: Int64
    package var kind: Kind
    package var requestID: String
    package var keyID: String?
    package var attribution: Attribution
    package var operation: String?
    package var mode: String?
    package var decision: Decision?
    package var refusal: String?
    package var status: Int?
    package var upstreamStatus: Int?
    /// ``HoldEnding/name``; outcome rows only.
    package var ending: String?
    package var objectID: String?
    package var relatedID: String?
    package var meter: String?
    /// What was asked; in an outcome row that ended settled, what moved.
    package var money: Money?
    package var usdCents: Int64?
    package var customer: String?
    package var idempotencyKey: String?
    package var holdID: String?
    package var policyHash: String?
    package var detail: JSONObject
}
