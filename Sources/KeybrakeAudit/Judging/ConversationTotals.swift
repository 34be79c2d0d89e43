/// What one conversation did, counted on both sides.
struct ConversationTotals {
    var attempts = 0
    var allowed = 0
    var refused = 0
    var failed = 0
    var charges = 0
    /// What the exports say was charged, and what of it was refunded.
    var charged = CurrencySums()
    var refunded = CurrencySums()
    /// What the audit says was charged.
    var audited = CurrencySums()
    var findings = 0
    var worst: Severity?

    var isEmpty: Bool { attempts == 0 && charges == 0 && findings == 0 }

    /// Charged at Stripe less charged in the audit.
    var residual: CurrencySums {
        var residual = charged
        residual.add(audited, sign: -1)
        return residual
    }
}
