package import KeybrakeStripe

/// Money held for one object or one call, through all its steps.
///
/// Several calls can be under way on one hold (an update and a confirmation, say), and the outcome of some may have
/// been lost. Each keeps its own total, and the hold is as large as the largest of them and of what is known, so that
/// no order of endings can free too much.
package struct Hold: Sendable, Equatable {
    /// One call on the hold whose outcome is not known.
    package struct Step: Sendable, Equatable {
        package let requestID: String
        /// The total that the object has if the call succeeds; `nil` for a call that asks for nothing (a cancel).
        package let amount: HoldAmount?
        /// Whether the call is over without an outcome.
        package var isLost = false
    }

    package let id: String
    package let keyID: String
    /// The call that opened the hold.
    package let requestID: String
    package let operation: String
    package let meter: String
    package let budgetID: String
    package let createdAtMicroseconds: Int64
    package var updatedAtMicroseconds: Int64
    /// What the last answer confirmed; `nil` until one has.
    package var known: HoldAmount?
    package var steps: [Step]
    /// The two ids under which the hold is found, in the order in which they became known.
    package var objectID: String?
    package var relatedID: String?
    package private(set) var settledMoney: Money?
    package private(set) var settledUSDCents: Int64?
    /// What is held, or was when the hold closed; see ``refresh()``.
    package private(set) var amount: HoldAmount
    /// Settled or released; `nil` while the hold is open.
    private(set) var closedState: HoldState?

    init(
        id: String, keyID: String, requestID: String, operation: String, meter: String, budgetID: String,
        createdAtMicroseconds: Int64, amount: HoldAmount, objectID: String? = nil
    ) {
        self.id = id
        self.keyID = keyID
        self.requestID = requestID
        self.operation = operation
        self.meter = meter
        self.budgetID = budgetID
        self.createdAtMicroseconds = createdAtMicroseconds
        self.amount = amount
        self.objectID = objectID
        updatedAtMicroseconds = createdAtMicroseconds
        steps = [Step(requestID: requestID, amount: amount)]
    }

    /// The id of the hold that a call opens: `hold_…` after `req_…`.
    static func id(requestID: String) -> String {
        "hold_" + (requestID.hasPrefix("req_") ? requestID.dropFirst(4) : requestID[...])
    }

    /// Where the hold stands.
    package var state: HoldState {
        if let closedState { return closedState }
        if steps.contains(where: { !$0.isLost }) { return .held }
        return steps.isEmpty ? .authorised : .unknown
    }

    /// Whether neither an answer nor a call that may have succeeded stands behind the hold any more.
    var isBaseless: Bool { known == nil && !steps.contains { $0.amount != nil } }

    var windowID: BudgetWindow.ID {
        BudgetWindow.ID(budgetID: budgetID, startSeconds: amount.windowStartSeconds)
    }

    var reference: HoldReference { HoldReference(id: id, money: amount.money, usdCents: amount.usdCents) }

    /// The ids under which the hold is found.
    var objectIDs: [String] { [objectID, relatedID].compactMap { $0 } }

    /// Makes the amount the largest of what is known and what may be, in the latest of their windows.
    mutating func refresh() {
        let amounts = ([known] + steps.map(\.amount)).compactMap { $0 }
        guard let largest = amounts.max(by: { $0.usdCents < $1.usdCents }) else { return }
        let start = amounts.map(\.windowStartSeconds).max() ?? largest.windowStartSeconds
        amount = HoldAmount(money: largest.money, usdCents: largest.usdCents, windowStartSeconds: start)
    }

    /// Removes the step of that call.
    @discardableResult
    mutating func removeStep(requestID: String) -> Step? {
        steps.firstIndex { $0.requestID == requestID }.map { steps.remove(at: $0) }
    }

    /// Remembers that the call is over without an outcome.
    mutating func lose(requestID: String) {
        guard let index = steps.firstIndex(where: { $0.requestID == requestID }) else { return }
        steps[index].isLost = true
    }

    /// Remembers what an answer confirmed. Lost calls that asked for no more are of no account any more.
    mutating func confirm(_ amount: HoldAmount) {
        known = amount
        steps.removeAll { $0.isLost && ($0.amount?.usdCents ?? 0) <= amount.usdCents }
    }

    /// Closes the hold; its amount stays as a record of what was held.
    mutating func close(as state: HoldState, settled: (Money, usdCents: Int64)?) {
        closedState = state
        steps = []
        settledMoney = settled?.0
        settledUSDCents = settled?.usdCents
    }

    /// Remembers ids that an answer named.
    mutating func tie(to ids: [String?]) {
        for case let id? in ids where !objectIDs.contains(id) {
            if objectID == nil {
                objectID = id
            } else if relatedID == nil {
                relatedID = id
            }
        }
    }

    /// The hold as others see it.
    var openHold: OpenHold {
        OpenHold(
            id: id, keyID: keyID, requestID: requestID, operation: operation, meter: meter, money: amount.money,
            usdCents: amount.usdCents, state: state, objectID: objectID, relatedID: relatedID,
            createdAtMicroseconds: createdAtMicroseconds
        )
    }
}
