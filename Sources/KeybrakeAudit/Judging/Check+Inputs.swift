extension Check {
    /// The table of checks: what they are called and what they mean.
    var entry: Entry {
        switch rawValue {
        case ..<100: inputEntry
        case ..<130: matchingEntry
        default: policyEntry
        }
    }

    /// Checks of the inputs: if these are not sound, nothing else may be called a pass.
    private var inputEntry: Entry {
        switch self {
        case .unreadableInput:
            Entry(
                "unreadable-input", "Input cannot be read", .critical, .error,
                "The file is missing, damaged, or of a kind that cannot be reconciled. Give the Dashboard's payments "
                    + "export or the API's list of charges, and the ledger of the proxy.")
        case .truncated:
            Entry(
                "truncated-export", "Export is cut off", .critical, .error,
                "The file ends inside a record, inside quotes, or before the list ends. Export it again.")
        case .conflictingRecords:
            Entry(
                "conflicting-records", "One id, different facts", .critical, .error,
                "Two records have the same charge id but another amount, currency, time or customer. One of the files "
                    + "was changed after it was exported.")
        case .repeatedRecords:
            Entry(
                "repeated-records", "Repeated records", .info, .note,
                "The same charge occurs more than once with the same facts; it counts once, in its newest state.")
        case .periods:
            Entry(
                "periods", "Periods do not cover each other", .major, .error,
                "Charges lie outside the time that the audit covers, so nothing can be said about them. Give the "
                    + "ledger of that time, or leave them out with --from and --to.")
        case .unknownValue:
            Entry(
                "unknown-value", "Unknown word or number", .major, .error,
                "A status, currency, amount or time is written in a way that no export is known to use. Nothing is "
                    + "judged from such a record.")
        case .intentWithoutCharge:
            Entry(
                "intent-without-charge", "PaymentIntents without charge", .info, .note,
                "The customer never completed the payment: no money moved.")
        case .succeededWithoutID:
            Entry(
                "succeeded-without-id", "Succeeded without charge id", .major, .error,
                "The export says that a payment succeeded but does not name its charge, so no audit row can answer "
                    + "for it.")
        case .mixedModes:
            Entry(
                "mixed-modes", "Live and test charges mixed", .critical, .error,
                "One input holds charges of both modes. Export them apart.")
        case .missingColumn:
            Entry(
                "missing-column", "Column missing", .info, .skipped,
                "An export lacks a column, and the checks that need it are skipped.")
        case .sequenceGap:
            Entry(
                "audit-gap", "Audit rows missing or out of order", .critical, .error,
                "The numbers of audit rows run from 1 without a gap, and time runs forward. Rows were removed, or the "
                    + "clock was set back.")
        case .incompleteRow:
            Entry(
                "incomplete-row", "Audit row incomplete", .major, .error,
                "A row says that Stripe accepted a payment but not which charge, amount or key it was, or its policy "
                    + "cannot be read.")
        default:
            Entry(
                "exponent", "Decimal places contradicted", .critical, .error,
                "All pairs of one currency differ by the same power of ten: one side counts another number of decimal "
                    + "places.")
        }
    }
}
