/// Whether the money of a world adds up.
package struct EmulatorAudit: Sendable, Equatable {
    /// Something that does not add up.
    package struct Finding: Sendable, Equatable {
        /// What was checked.
        package enum Rule: String, Sendable, CaseIterable {
            /// The two sides of the ledger differ, in an account or over all of them.
            case doubleEntry = "double_entry"
            /// The balance is not the sum of the balance transactions.
            case balance
            /// A balance transaction's net is not its amount less its fees.
            case net
            /// A balance transaction and what it is for do not state the same money.
            case tie
            /// More was captured, refunded, reversed or passed on than there was.
            case limit
            /// A total is not the sum of its parts.
            case sum
            /// The two accounts between which money passed do not state the same.
            case passage
        }

        package let rule: Rule
        /// The account in whose data it was found; `nil` when it concerns the whole world.
        package let account: String?
        /// The objects that contradict each other.
        package let ids: [String]
        package let words: String
    }

    package var accountCount = 0
    package var transactionCount = 0
    package var findings: [Finding] = []

    package var isClean: Bool { findings.isEmpty }
}
