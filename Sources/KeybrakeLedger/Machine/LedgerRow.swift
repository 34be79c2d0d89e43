/// Something to be written. Every row of one command is written in the same transaction.
///
/// Indirect, because rows pass through several hands and the largest has some twenty texts to copy.
package indirect enum LedgerRow: Sendable {
    case audit(AuditEntry)
    /// Inserts the hold or replaces what can change of it.
    case hold(Hold)
    /// Inserts the window or replaces its amounts.
    case window(BudgetWindow)
    /// Inserts or replaces the whole claim.
    case claim(Claim)
    case claimFinished(Claim.ID, StoredAnswer)
    case claimUnknown(Claim.ID)
    case claimFreed(Claim.ID)
    /// Frees every claim that stands for the hold.
    case claimsFreed(holdID: String)
    /// The call whose intent has this number is under way; of these, a crash leaves traces to be mended.
    case callOpened(sequence: Int64)
    case callClosed(sequence: Int64)
    case policy(Policy, hash: String, createdAtMicroseconds: Int64)
    case budget(Budget)
    /// Inserts the key or replaces what can change of it.
    case key(VaultKey)
}
