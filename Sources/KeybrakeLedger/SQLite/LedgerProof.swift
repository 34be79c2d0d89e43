/// Whether what was read from a ledger agrees with itself.
enum LedgerProof {
    /// What the windows say is held must be what the holds hold, to the cent; every key has its policy.
    static func check(_ contents: LedgerContents) throws(LedgerFailure) {
        var held: [BudgetWindow.ID: Int64] = [:]
        for hold in contents.openHolds { held[hold.windowID, default: 0] += hold.amount.usdCents }
        for window in contents.windows {
            let sum = held.removeValue(forKey: window.id) ?? 0
            guard sum == window.heldUSDCents else {
                throw .damaged(
                    "window \(window.id.startSeconds) of \(window.id.budgetID) says that \(window.heldUSDCents) cents "
                        + "are held, its holds say \(sum)")
            }
        }
        guard held.values.allSatisfy({ $0 == 0 }) else {
            throw .damaged("open holds lie in windows that do not exist")
        }
        for key in contents.keys where contents.policies[key.policyHash] == nil {
            throw .damaged("the policy of vault key \(key.id) is missing")
        }
    }
}
