extension Routes {
    /// The routes of what sells by a page or a document.
    static let selling: [(String, Behaviour)] =
        CheckoutSessions.routes + PaymentLinks.routes + PortalSessions.routes + Quotes.routes
        + AmountDetails.routes + ConfirmationTokens.routes + CustomerSessions.routes + Reviews.routes
}
