extension VaultKey {
    /// The columns that ``init(_:)`` reads, in its order.
    package static let columns = """
        id, environment, mac, label, policy_hash, conversation, agent, created_at_us, expires_at_us, paused_at_us,
        revoked_at_us, revoke_reason, replaces, epoch
        """

    /// Reads ``columns``.
    package init(_ row: some LedgerColumns) {
        self.init(
            id: row.text(0), environment: row.text(1), mac: row.blob(2), label: row.optionalText(3),
            policyHash: row.text(4), conversation: row.optionalText(5), agent: row.optionalText(6),
            createdAtMicroseconds: row.integer(7), expiresAtMicroseconds: row.optionalInteger(8),
            pausedAtMicroseconds: row.optionalInteger(9), revokedAtMicroseconds: row.optionalInteger(10),
            revokeReason: row.optionalText(11), replaces: row.optionalText(12), epoch: row.integer(13)
        )
    }
}
