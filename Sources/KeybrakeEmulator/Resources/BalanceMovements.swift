internal import KeybrakeStripe

/// What payouts, top-ups and transfers share: they move the balance itself.
enum BalanceMovements {
    /// Refuses to move money that is not available.
    static func check(amount: Int64, currency: String, _ account: Account) throws(StripeError) {
        guard amount >= 1 else { throw .integerTooSmall("amount", minimum: 1) }
        guard amount <= account.ledger.purses[currency]?.available ?? 0 else {
            throw .coded(
                "balance_insufficient",
                "You have insufficient available funds in your Stripe account. Try adding funds directly to your "
                    + "available balance by creating Charges using the 4000000000000077 test card.")
        }
    }

    /// - Parameter isBetweenAccounts: the money goes to, or comes from, another account of the world.
    /// - Returns: the balance transaction's id.
    static func book(
        _ object: JSONObject, type: String, category: String, sign: Int64, availableOn: Int64? = nil,
        isBetweenAccounts: Bool = false, _ account: inout Account, _ cause: Cause
    ) -> String {
        BalanceTransactions.book(
            .init(
                type: type, category: category, amount: sign * object.integer("amount"),
                currency: object.text("currency") ?? "", source: object.text("id") ?? "",
                description: object.text("description"), availableOn: availableOn,
                isBetweenAccounts: isBetweenAccounts),
            &account, cause)
    }

    /// The day for which the money of a balance transaction still waits; `nil` when it is there.
    static func pendingDay(of transaction: String?, _ account: Account) -> Int64? {
        guard let transaction, let stored = account.store.object(.balanceTransaction, id: transaction),
            stored.text("status") == "pending"
        else { return nil }
        return stored.tree.integer("available_on")
    }
}
