/// The first and last number of the audit rows.
package struct AuditExtent: Sendable, Equatable {
    package let firstSequence: Int64?
    package let lastSequence: Int64?

    /// How many rows there are if no number is missing from 1 to the last.
    package var rowCountIfContiguous: Int64 { lastSequence ?? 0 }
}
