/// A call that was let out and has not ended.
struct RunningCall: Sendable {
    /// Its intent row, of which the outcome row is made.
    let intent: AuditEntry
    /// Whether it is to cancel its object.
    let isCancel: Bool
}
