internal import KeybrakeLedger

/// One call of the proxy that could make or move a charge: an outcome row, or an intent row left alone by a crash.
struct AttemptRecord {
    /// What was noticed beside the figures.
    struct Flags: OptionSet {
        let rawValue: UInt8

        /// No outcome row: the proxy stopped while the call was running.
        static let intentOnly = Flags(rawValue: 1)
        /// Captures and changes what another call made.
        static let isFollowUp = Flags(rawValue: 2)
        static let amountUnknown = Flags(rawValue: 4)
        static let usdUnknown = Flags(rawValue: 8)
        /// The object is a charge (`ch_`, `py_`), or a PaymentIntent (`pi_`).
        static let objectIsCharge = Flags(rawValue: 16)
        static let objectIsIntent = Flags(rawValue: 32)
    }

    /// The number of the audit row.
    var sequence: Int64
    /// When the call began, in microseconds since 1970.
    var startedAtMicroseconds: Int64
    var amount: Int64
    var usdCents: Int64
    /// 0 when the call had no idempotency key.
    var idempotencyHash: UInt64
    var object: UInt32
    var related: UInt32
    var customer: UInt32
    var conversation: UInt32
    var key: UInt32
    var policy: UInt32
    var operation: UInt32
    /// The charge that this call explains, as index + 1; 0 when there is none.
    var charge: UInt32 = 0
    var currency: CurrencyCode
    var status: Int16
    var upstreamStatus: Int16
    var decision: AuditRowView.Decision
    var ending: AuditRowView.Ending
    var mode: AuditRowView.Mode
    var attempt: AttemptClass = .open
    var method: MatchMethod = .none
    var flags: Flags

    /// Unix seconds at which the call began.
    var startedAt: Int64 { startedAtMicroseconds / 1_000_000 }

    /// Whether the call passed the proxy and Stripe said yes.
    var succeeded: Bool {
        decision == .allowed && (200..<300).contains(upstreamStatus == 0 ? status : upstreamStatus)
            && ending != .unknown
    }

    /// Whether nobody knows what became of the call.
    var isUnknown: Bool {
        decision != .refused && (ending == .unknown || flags.contains(.intentOnly))
    }
}
