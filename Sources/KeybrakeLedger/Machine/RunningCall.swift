/// A call that was let out and has not ended.
package struct RunningCall: Sendable {
    /// Its intent row, of which the outcome row is made.
    package let intent: AuditEntry
    /// Whether it is to cancel its object.
    package let isCancel: Bool

    package init(intent: AuditEntry, isCancel: Bool) {
        self.intent = intent
        self.isCancel = isCancel
    }
}
