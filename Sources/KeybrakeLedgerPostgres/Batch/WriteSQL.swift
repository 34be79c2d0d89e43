internal import KeybrakeLedger

/// What is written for a batch. Each statement takes whole columns and writes any number of rows.
enum WriteSQL {
    typealias Statement = PostgresRequest.Statement
    typealias Kind = PostgresColumn.Kind

    static let auditKinds: [Kind] =
        [.bigint, .bigint] + [Kind](repeating: .text, count: 11) + [.bigint, .bigint]
        + [Kind](repeating: .text, count: 4) + [.bigint, .text, .bigint] + [Kind](repeating: .text, count: 4) + [.json]
    static let insertAudit = Statement(
        "insert_audit", "INSERT INTO audit(\(AuditEntry.columns)) SELECT * FROM unnest(\(parameters(auditKinds)))")

    static let movePosition = Statement("move_position", "UPDATE audit_position SET last_seq = $1")

    static let holdKinds: [Kind] =
        [Kind](repeating: .text, count: 5) + [.bigint, .text, .bigint, .text, .text, .bigint, .bigint, .text]
        + [.bigint, .bigint, .bigint, .text, .json, .bigint]
    static let putHolds = Statement(
        "put_holds",
        """
        INSERT INTO hold(id, key_id, request_id, operation, meter, amount, currency, usd_cents, state, object_id,
          settled_amount, settled_usd_cents, budget_id, window_start, created_at_us, updated_at_us, related_id,
          progress, changed_seq)
        SELECT * FROM unnest(\(parameters(holdKinds)))
        ON CONFLICT(id) DO UPDATE SET amount = excluded.amount, currency = excluded.currency,
          usd_cents = excluded.usd_cents, state = excluded.state, object_id = excluded.object_id,
          settled_amount = excluded.settled_amount, settled_usd_cents = excluded.settled_usd_cents,
          window_start = excluded.window_start, updated_at_us = excluded.updated_at_us,
          related_id = excluded.related_id, progress = excluded.progress, changed_seq = excluded.changed_seq
        """)

    static let windowKinds: [Kind] = [.text, .bigint, .bigint, .bigint]
    static let putWindows = Statement(
        "put_windows",
        """
        INSERT INTO budget_window(\(BudgetWindow.columns)) SELECT * FROM unnest(\(parameters(windowKinds)))
        ON CONFLICT(budget_id, window_start) DO UPDATE SET settled_usd_cents = excluded.settled_usd_cents,
          held_usd_cents = excluded.held_usd_cents
        """)

    static let claimKinds: [Kind] = [.bytes, .text, .text, .text, .bigint, .json, .bytes, .bigint, .text, .text]
    static let putClaims = Statement(
        "put_claims",
        """
        INSERT INTO idempotency(\(Claim.columns)) SELECT * FROM unnest(\(parameters(claimKinds)))
        ON CONFLICT(key_id, client_key) DO UPDATE SET fingerprint = excluded.fingerprint,
          request_id = excluded.request_id, hold_id = excluded.hold_id, state = excluded.state,
          status = excluded.status, headers = excluded.headers, body = excluded.body,
          created_at_us = excluded.created_at_us
        """)

    static let claimChangeKinds: [Kind] = [.text, .text, .text, .bigint, .json, .bytes]
    static let changeClaims = Statement(
        "change_claims",
        """
        UPDATE idempotency SET state = c.state, status = c.status, headers = c.headers, body = c.body
        FROM unnest(\(parameters(claimChangeKinds))) AS c(key_id, client_key, state, status, headers, body)
        WHERE idempotency.key_id = c.key_id AND idempotency.client_key = c.client_key
        """)

    static let claimIDKinds: [Kind] = [.text, .text]
    static let freeClaims = Statement(
        "free_claims",
        """
        DELETE FROM idempotency USING unnest(\(parameters(claimIDKinds))) AS c(k, i)
        WHERE key_id = k AND client_key = i
        """)

    /// Value: ids of holds.
    static let freeClaimsOfHolds = Statement("free_claims_of_holds", "DELETE FROM idempotency WHERE hold_id = ANY($1)")

    /// Values: a time, and how many at most.
    static let pruneClaims = Statement(
        "prune_claims",
        """
        DELETE FROM idempotency WHERE (key_id, client_key) IN (
          SELECT key_id, client_key FROM idempotency WHERE created_at_us <= $1 ORDER BY created_at_us LIMIT $2)
        """)

    static let runningKinds: [Kind] = [.bigint, .text, .text, .text, .bigint, .text]
    static let openCalls = Statement(
        "open_calls",
        """
        INSERT INTO running_call(seq, request_id, key_id, hold_id, is_cancel, instance_id)
        SELECT * FROM unnest(\(parameters(runningKinds)))
        """)

    /// Value: numbers of intent rows.
    static let closeCalls = Statement("close_calls", "DELETE FROM running_call WHERE seq = ANY($1)")

    static let policyKinds: [Kind] = [.text, .json, .bigint]
    static let putPolicies = Statement(
        "put_policies",
        """
        INSERT INTO policy(hash, body, created_at_us) SELECT * FROM unnest(\(parameters(policyKinds)))
        ON CONFLICT DO NOTHING
        """)

    static let budgetKinds: [Kind] = [.text, .text, .text, .text, .bigint]
    static let putBudgets = Statement(
        "put_budgets",
        """
        INSERT INTO budget(\(Budget.columns)) SELECT * FROM unnest(\(parameters(budgetKinds)))
        ON CONFLICT(id) DO UPDATE SET cap_usd_cents = excluded.cap_usd_cents
        """)

    static let keyKinds: [Kind] =
        [.text, .text, .bytes, .text, .text, .text, .text, .bigint, .bigint, .bigint, .bigint, .text, .text, .bigint]
        + [.bigint]
    static let putKeys = Statement(
        "put_keys",
        """
        INSERT INTO vault_key(\(VaultKey.columns), changed_seq) SELECT * FROM unnest(\(parameters(keyKinds)))
        ON CONFLICT(id) DO UPDATE SET mac = excluded.mac, paused_at_us = excluded.paused_at_us,
          revoked_at_us = excluded.revoked_at_us, revoke_reason = excluded.revoke_reason, epoch = excluded.epoch,
          changed_seq = excluded.changed_seq
        """)

    /// Only for changes of keys: the server lets one transaction at a time commit with a notification.
    static let notify = Statement("notify", "SELECT pg_notify('\(PostgresSchema.keyChannel)', '')")

    /// `$1::BIGINT[], $2::TEXT[], …`
    private static func parameters(_ kinds: [Kind]) -> String {
        kinds.enumerated().map { "$\($0.offset + 1)::\($0.element.sqlName)[]" }.joined(separator: ", ")
    }
}

extension PostgresColumn.Kind {
    fileprivate var sqlName: String {
        switch self {
        case .bigint: "BIGINT"
        case .text: "TEXT"
        case .json: "JSON"
        case .bytes: "BYTEA"
        }
    }
}
