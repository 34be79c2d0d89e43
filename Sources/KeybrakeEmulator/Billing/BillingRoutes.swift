extension Routes {
    /// The routes of what takes money off bills and adds taxes to them.
    static let billing: [(String, Behaviour)] =
        Coupons.routes + PromotionCodes.routes + Discounts.routes + TaxRates.routes + CustomerBalance.routes
        + ShippingRates.routes + InvoiceLineCalls.routes + InvoicePreview.routes + CreditNotes.routes
        + Plans.routes + CashBalances.routes + Meters.routes + MeterEvents.routes
}
