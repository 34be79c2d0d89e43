internal import KeybrakeLedger

/// How the rows of the audit table divide, and what the calls that make charges add up to.
struct AuditTotals {
    /// All rows, by their numbers or, where numbers are missing, as the database counts them.
    var rowCount = 0
    var intentCount = 0
    var outcomeCount = 0
    /// Rows that are neither: changes by an administrator, and kinds that this program does not know.
    var otherKindCount = 0
    /// Outcome rows of calls that can make no charge.
    var otherOperationCount = 0
    /// Outcome rows and lone intent rows of calls that can: these become attempts.
    var attempts = SideTotals()
    /// Lone intent rows among them, and lone intent rows of other calls.
    var loneIntentAttemptCount = 0
    var loneIntentOtherCount = 0
    /// Unix seconds of the first and last row.
    var first: Int64?
    var last: Int64?
    var modesReconciled: [AuditRowView.Mode] = []
    /// Whether the audit could be read to its end.
    var isReadable = true
}
