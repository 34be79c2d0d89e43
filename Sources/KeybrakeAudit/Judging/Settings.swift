/// What the person who reconciles asks for.
package struct ReconcileSettings: Sendable {
    /// Which charges must have passed the proxy.
    package enum Scope: String, Sendable, CaseIterable {
        case all
        case tagged
    }

    /// Unix seconds; charges and calls before are left out.
    package var from: Int64?
    /// Unix seconds; charges and calls at or after are left out.
    package var to: Int64?
    package var scope = Scope.all
    /// The least severity of a finding that makes the reconciliation fail.
    package var failOn = Severity.major
    /// Conversations that may charge one customer the same amount repeatedly; `all` for every one.
    package var expectedRepeats: Set<String> = []
    /// Unix seconds to print as the time of the report; `nil` prints none.
    package var now: Int64?
    /// How long before the first and after the last audit row a charge still counts as covered, in seconds.
    package var graceBeforeSeconds: Int64 = 900
    package var graceAfterSeconds: Int64 = 1_800
    /// How far the clocks of Stripe and the proxy may differ, in seconds.
    package var skewSeconds: Int64 = 300
    /// How long after a call a charge may still be its doing, and how far apart repeated charges count as such.
    package var replaySeconds: Int64 = 86_400

    package init() {}
}
