extension Check {
    /// Checks of the match between charges and calls, both ways.
    var matchingEntry: Entry {
        switch self {
        case .matched:
            Entry(
                "matched", "Matched charges", .info, .note,
                "Charge and audit row name each other, and amount, currency, status, customer and conversation agree.")
        case .bypassTagged:
            Entry(
                "bypass-tagged", "Charged around the proxy, tagged", .blocker, .failure,
                "No audit row answers for the charge, though its tag names a conversation that the proxy knows. "
                    + "Somebody holds a key of Stripe's; find and roll it.")
        case .bypassUntagged:
            Entry(
                "bypass-untagged", "Charged around the proxy", .blocker, .failure,
                "No audit row answers for the charge, and it names no conversation. If charges are made elsewhere by "
                    + "design, reconcile with --scope tagged.")
        case .unknownConversation:
            Entry(
                "unknown-conversation", "Charged for an unknown conversation", .critical, .failure,
                "The tag is well formed, but no audit row and no vault key has that conversation.")
        case .malformedTag:
            Entry(
                "malformed-tag", "Tag malformed or ambiguous", .major, .failure,
                "The description has a conversation tag that names no one conversation.")
        case .tagDisagreement:
            Entry(
                "tag-disagreement", "Tag, metadata and audit disagree", .critical, .failure,
                "Description and metadata can be changed by anyone with write access, so a charge that names another "
                    + "conversation than its audit row was either changed later or spoofed.")
        case .phantom:
            Entry(
                "phantom", "In the audit, not at Stripe", .critical, .failure,
                "The proxy has an answer with this charge, within the time that the exports cover, but no export has "
                    + "the charge.")
        case .outsideWindow:
            Entry(
                "outside-window", "Calls outside the exports' time", .info, .skipped,
                "These calls succeeded before the first or after the last charge of the exports, so the exports "
                    + "cannot confirm them.")
        case .amountMismatch:
            Entry(
                "amount", "Amount differs", .critical, .failure,
                "Charge and audit row name each other but state different amounts.")
        case .currencyMismatch:
            Entry(
                "currency", "Currency differs", .critical, .failure,
                "Charge and audit row name each other but state different currencies.")
        case .statusMismatch:
            Entry(
                "status", "Status differs", .critical, .failure,
                "The audit says accepted and the export says failed, or the other way round.")
        default:
            Entry(
                "customer", "Customer differs", .critical, .failure,
                "Charge and audit row name each other but state different customers.")
        }
    }
}
