/// What one budget has spent in one window. Amounts are US cents, never below zero.
package struct BudgetWindow: Sendable, Equatable {
    /// Which budget, and which of its windows.
    package struct ID: Sendable, Hashable {
        package let budgetID: String
        /// The window's beginning in seconds since 1970.
        package let startSeconds: Int64
    }

    package let id: ID
    package private(set) var settledUSDCents: Int64
    package private(set) var heldUSDCents: Int64

    init(id: ID, settledUSDCents: Int64 = 0, heldUSDCents: Int64 = 0) {
        precondition(settledUSDCents >= 0 && heldUSDCents >= 0, "a window's amounts are never below zero")
        self.id = id
        self.settledUSDCents = settledUSDCents
        self.heldUSDCents = heldUSDCents
    }

    /// Whether so much more fits under the cap; the cap itself may be reached. Without a cap, whether it can be added.
    func hasRoom(for cents: Int64, cap: SpendLimit) -> Bool {
        let (spent, overflowed) = settledUSDCents.addingReportingOverflow(heldUSDCents)
        let (total, overflowedAgain) = spent.addingReportingOverflow(cents)
        guard !overflowed, !overflowedAgain else { return false }
        return cap.usdCents.map { total <= $0 } ?? true
    }

    mutating func hold(_ cents: Int64) {
        heldUSDCents += cents
        precondition(heldUSDCents >= 0, "more was given back than was held")
    }

    /// Money that has moved is recorded whole, even above the cap.
    mutating func settle(_ cents: Int64) {
        precondition(cents >= 0, "what is settled is never below zero")
        settledUSDCents = settledUSDCents.addingReportingOverflow(cents).overflow ? .max : settledUSDCents + cents
    }
}
