extension Check {
    /// Checks of unknown outcomes and of the policy.
    var policyEntry: Entry {
        switch self {
        case .unknownCharged:
            Entry(
                "unknown-charged", "Unknown outcome: charged", .major, .failure,
                "The proxy never learned what became of the call; exactly one charge fits it. Resolve the hold as "
                    + "settled.")
        case .unknownNotCharged:
            Entry(
                "unknown-not-charged", "Unknown outcome: not charged", .info, .note,
                "The proxy never learned what became of the call, and no charge fits it. The hold can be released.")
        case .unknownAmbiguous:
            Entry(
                "unknown-ambiguous", "Unknown outcome: ambiguous", .major, .error,
                "Several charges fit the call, or several calls the charge. Nothing is guessed; compare them by hand.")
        case .blockedButCharged:
            Entry(
                "blocked-but-charged", "Refused, but charged", .blocker, .failure,
                "The proxy refused the call, and a charge that fits it exists all the same: it was made around the "
                    + "proxy.")
        case .deadKey:
            Entry(
                "dead-key", "Key was no longer valid", .blocker, .failure,
                "Stripe accepted a call that began after its vault key had expired or been revoked or paused.")
        case .unknownKey:
            Entry(
                "unknown-key", "Key unknown or not yet issued", .blocker, .failure,
                "Stripe accepted a call under a vault key that the ledger does not have, or that was issued later.")
        case .operationNotAllowed:
            Entry(
                "operation", "Operation not allowed by the policy", .blocker, .failure,
                "Stripe accepted a call of an operation that the policy of its key does not allow.")
        case .customerOutsideScope:
            Entry(
                "customer-scope", "Customer outside the key's scope", .critical, .failure,
                "The policy of the key lists customers, and this one is not among them.")
        case .amountOverLimit:
            Entry(
                "per-call-limit", "Amount over the limit for one call", .critical, .failure,
                "The call moved more than the policy of its key allows for one call.")
        case .duplicateCharges:
            Entry(
                "duplicate-charges", "Possibly charged twice", .critical, .failure,
                "One conversation charged one customer the same amount more than once within a day. If that is "
                    + "expected, name the conversation with --expected-repeats.")
        case .replayedAnswer:
            Entry(
                "replayed-answer", "Answers replayed by idempotency", .info, .note,
                "Several calls with one idempotency key got the same charge; it counts once.")
        case .overCap:
            Entry(
                "over-cap", "Over the daily cap", .blocker, .failure,
                "The charges of one vault key on one UTC day add up to more than its cap.")
        default:
            Entry(
                "proof", "Totals do not tie", .critical, .error,
                "Every record ends in one class, and the classes must add up to the files. They do not: this is a "
                    + "defect of the auditor. Please report it.")
        }
    }
}
