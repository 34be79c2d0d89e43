/// How many audit rows there are, and the first and last of their numbers.
package struct AuditExtent: Sendable, Equatable {
    package let rowCount: Int64
    package let firstSequence: Int64?
    package let lastSequence: Int64?

    /// Whether the numbers run from 1 without a gap.
    package var isContiguous: Bool { (lastSequence ?? 0) == rowCount && (firstSequence ?? 1) == 1 }
}
