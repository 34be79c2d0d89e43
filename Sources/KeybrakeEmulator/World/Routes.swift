internal import KeybrakeStripe

/// Which behaviour answers which operation.
enum Routes {
    /// The behaviour of an operation; `nil` when only its shape is known.
    static func behaviour(of operation: Operation) -> Behaviour? {
        operation.index < table.count ? table[operation.index] : nil
    }

    /// The names of the operations that a family answers with its own behaviour.
    static let ownNames = Set(all.map(\.0))

    /// Every route that the families state, to be checked against the catalogue by the tests.
    static let all: [(String, Behaviour)] =
        Customers.routes + CustomerSources.routes + PaymentMethods.routes + Tokens.routes + Charges.routes
        + PaymentIntents.routes + Refunds.routes + BalanceTransactions.routes + Events.routes + Files.routes
        + Search.routes + Disputes.routes + WebhookEndpoints.routes + SetupIntents.routes + Prices.routes
        + InvoiceItems.routes + Invoices.routes + Subscriptions.routes + SubscriptionItemCalls.routes
        + selling + Payouts.routes
        + TopUps.routes
        + TestClocks.routes
        + SubscriptionSchedules.routes
        + billing + connect
        + beyondPayments + versionTwo

    private static let versionTwo =
        EventDestinations.routes + ThinEvents.routes + MeteredEvents.routes + CoreAccounts.routes

    private static let connect: [(String, Behaviour)] =
        Transfers.routes + ApplicationFees.routes + Accounts.routes + Capabilities.routes + ExternalAccounts.routes
        + Persons.routes + AccountLinks.routes + BalanceSettings.routes

    /// By the operation's index.
    private static let table: [Behaviour?] = {
        var table: [Behaviour?] = Array(repeating: nil, count: Catalogue.shared.operations.count)
        for (name, behaviour) in all {
            guard let operation = Catalogue.shared.operation(named: name) else { continue }
            table[operation.index] = behaviour
        }
        for operation in Catalogue.shared.operations where table[operation.index] == nil {
            table[operation.index] = Synthesized.behaviour(of: operation)
        }
        return table
    }()
}
