/// What came of a reconciliation: classes, findings, proof and verdict, without texts of the inputs.
struct Judgement {
    var charges = ClassTotals<ChargeClass>()
    var attempts = ClassTotals<AttemptClass>()
    /// Failures and errors, then notes, each in the order of checks and, within one, of the inputs.
    var drafts: [FindingDraft] = []
    var counts: [Check: CheckCount] = [:]
    /// Checks that these inputs do not allow, with the reason.
    var skipped: [Check: String] = [:]
    var duplicateGroups: [[Int]] = []
    var capBreaches: [CapBreach] = []
    var ambiguities: [Matcher.Ambiguity] = []
    var followUps: [Matcher.FollowUp] = []
    var conversations: [ConversationTotals] = []
    var proof = Proof()
    var verdict = Verdict.pass
    var period: ClosedRange<Int64>?
    /// How many pairs each ``MatchMethod`` found, by its raw value.
    var matchedByMethod = [Int](repeating: 0, count: MatchMethod.allCases.count)

    /// How often a check found something, by what it says.
    struct CheckCount: Equatable {
        var failures = 0
        var errors = 0
        var skipped = 0
        var notes = 0
        /// The worst severity among failures and errors.
        var worst: Severity?

        var total: Int { failures + errors + skipped + notes }
    }

    /// The charges of one key on one day that exceed its cap.
    struct CapBreach: Equatable {
        var key: UInt32
        /// Unix seconds of the beginning of the day.
        var day: Int64
        var capUSDCents: Int64
        var sumUSDCents: Int64
        /// The charge with which the sum went over the cap.
        var crossing: Int
        var chargeCount: Int
    }
}

/// The three ways in which a reconciliation can end.
package enum Verdict: String, Sendable {
    case pass
    case fail
    /// The inputs do not allow to say that everything is in order, nor where it ends.
    case cannotVouch = "cannot vouch"

    /// 0, 1 or 2.
    package var exitCode: Int32 {
        switch self {
        case .pass: 0
        case .fail: 1
        case .cannotVouch: 2
        }
    }
}
