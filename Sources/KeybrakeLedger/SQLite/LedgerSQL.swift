/// The longer statements of ``LedgerTables``, parameters in the order in which it adds them.
enum LedgerSQL {
    static let insertAudit = """
        INSERT INTO audit(seq, at_us, kind, request_id, key_id, conversation, conversation_source, agent, turn,
          operation, mode, decision, refusal, status, upstream_status, ending, object_id, related_id, meter, amount,
          currency, usd_cents, customer, idempotency_key, hold_id, policy_hash, detail)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let putHold = """
        INSERT INTO hold(id, key_id, request_id, operation, meter, amount, currency, usd_cents, state, object_id,
          settled_amount, settled_usd_cents, budget_id, window_start, created_at_us, updated_at_us, related_id,
          progress)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(id) DO UPDATE SET amount = excluded.amount, currency = excluded.currency,
          usd_cents = excluded.usd_cents, state = excluded.state, object_id = excluded.object_id,
          settled_amount = excluded.settled_amount, settled_usd_cents = excluded.settled_usd_cents,
          window_start = excluded.window_start, updated_at_us = excluded.updated_at_us,
          related_id = excluded.related_id, progress = excluded.progress
        """

    static let putWindow = """
        INSERT INTO budget_window(budget_id, window_start, settled_usd_cents, held_usd_cents) VALUES(?, ?, ?, ?)
        ON CONFLICT(budget_id, window_start) DO UPDATE SET settled_usd_cents = excluded.settled_usd_cents,
          held_usd_cents = excluded.held_usd_cents
        """

    /// Replaces, so that a claim that is made again lies behind the older ones when they are pruned.
    static let putClaim = """
        INSERT OR REPLACE INTO idempotency(key_id, client_key, fingerprint, request_id, hold_id, state, created_at_us)
        VALUES(?, ?, ?, ?, ?, ?, ?)
        """

    static let finishClaim = """
        UPDATE idempotency SET state = 'finished', status = ?, headers = ?, body = ?
        WHERE key_id = ? AND client_key = ?
        """

    static let loseClaim = "UPDATE idempotency SET state = 'unknown' WHERE key_id = ? AND client_key = ?"

    static let findClaim = "SELECT \(Claim.columns) FROM idempotency WHERE key_id = ? AND client_key = ?"

    static let putBudget = """
        INSERT INTO budget(id, scope_kind, scope_id, window_kind, cap_usd_cents) VALUES(?, ?, ?, ?, ?)
        ON CONFLICT(id) DO UPDATE SET cap_usd_cents = excluded.cap_usd_cents
        """

    static let putKey = """
        INSERT INTO vault_key(id, environment, mac, label, policy_hash, conversation, agent, created_at_us,
          expires_at_us, paused_at_us, revoked_at_us, revoke_reason, replaces, epoch)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(id) DO UPDATE SET mac = excluded.mac, paused_at_us = excluded.paused_at_us,
          revoked_at_us = excluded.revoked_at_us, revoke_reason = excluded.revoke_reason, epoch = excluded.epoch
        """
}
