/// The columns of one audit row that reconciling needs, as bytes of the page they lie in.
///
/// Valid until the scan moves on. Only of an outcome row more than number, time and request id is filled.
package struct AuditRowView {
    /// What a row says about its call.
    package enum Kind: UInt8, Sendable { case intent, outcome, other }
    /// Whether the proxy let the call pass.
    package enum Decision: UInt8, Sendable { case allowed, refused, other }
    /// How the money of the call ended.
    package enum Ending: UInt8, Sendable { case settled, authorised, released, unknown, none, other }
    /// Where the answer came from.
    package enum Mode: UInt8, Sendable, CaseIterable { case live, record, replay, emulate, other }

    package var kind = Kind.outcome
    package var sequence: Int64 = 0
    package var atMicroseconds: Int64 = 0
    package var requestID = Self.nothing
    package var keyID = Self.nothing
    package var conversation = Self.nothing
    package var operation = Self.nothing
    package var mode = Mode.other
    package var decision = Decision.other
    /// The status sent to the client; 0 when the row has none.
    package var status: Int16 = 0
    /// The status that Stripe, cassette or emulator gave; 0 when none came.
    package var upstreamStatus: Int16 = 0
    package var ending = Ending.other
    package var objectID = Self.nothing
    package var relatedID = Self.nothing
    package var isChargeMeter = false
    /// Minor units; `nil` when the row has none.
    package var amount: Int64?
    package var currency = Self.nothing
    package var usdCents: Int64?
    package var customer = Self.nothing
    package var idempotencyKey = Self.nothing
    package var policyHash = Self.nothing

    package init() {}

    // SAFETY: an empty buffer without an address; nothing can be read or written through it.
    nonisolated(unsafe) private static let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
}

extension AuditRowView.Mode {
    /// The word in the table.
    package var word: String {
        switch self {
        case .live: "live"
        case .record: "record"
        case .replay: "replay"
        case .emulate: "emulate"
        case .other: "other"
        }
    }
}
