internal import KeybrakeStripe

extension Routes {
    /// The families of Stripe's other products.
    static let beyondPayments =
        issuing + terminal + treasury + tax + radar + IdentitySessions.routes + ReportTypes.routes + ReportRuns.routes
        + FileLinks.routes + Entitlements.routes + AppSecrets.routes

    private static let tax = TaxRegistrations.routes + TaxCalculations.routes + TaxTransactions.routes

    private static let radar = RadarValueLists.routes

    private static let issuing =
        IssuingCardholders.routes + IssuingCards.routes + IssuingAuthorizations.routes + IssuingTransactions.routes
        + IssuingDisputes.routes + IssuingTokens.routes + IssuingSettlements.routes

    private static let terminal = TerminalReaders.routes + TerminalPresentations.routes

    private static let treasury =
        TreasuryFinancialAccounts.routes + TreasuryInboundTransfers.routes + TreasuryOutboundFlows.routes
        + TreasuryReceived.routes
}
