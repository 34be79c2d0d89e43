internal import KeybrakeLedger

/// What is read for a batch.
enum BatchSQL {
    typealias Statement = PostgresRequest.Statement

    /// Under this level every statement sees what was committed before it began, and so what the last holder of the
    /// lock below has written.
    static let begin = Statement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")

    /// The one lock. Audit numbers are contiguous over all instances, so that their batches follow one another in any
    /// case; with everything read behind this lock, none can decide on what another is changing, nor lock crosswise.
    static let lock = Statement("lock", "SELECT last_seq FROM audit_position FOR UPDATE")

    static let heartbeat = Statement(
        "heartbeat",
        """
        INSERT INTO instance(id, heartbeat_at) VALUES($1, clock_timestamp())
        ON CONFLICT(id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
        """)

    /// Values: ids of keys, ids of holds.
    static let keys = Statement(
        "keys",
        """
        SELECT \(VaultKey.columns) FROM vault_key
        WHERE id = ANY($1) OR id = ANY(ARRAY(SELECT key_id FROM hold WHERE id = ANY($2)))
        """)

    /// Values: ids of keys. The last column is the policy's body.
    static let keyEntries = Statement(
        "key_entries",
        """
        SELECT \(VaultKey.columns), (SELECT body FROM policy WHERE hash = policy_hash) FROM vault_key
        WHERE id = ANY($1)
        """)

    /// Values: ids of budgets.
    static let budgets = Statement("budgets", "SELECT \(Budget.columns) FROM budget WHERE id = ANY($1)")

    /// Values: ids of budgets. The newest window of each, and every older one in which something is held.
    static let windows = Statement(
        "windows",
        """
        SELECT \(BudgetWindow.columns) FROM budget_window AS w WHERE budget_id = ANY($1)
          AND (held_usd_cents > 0
            OR window_start = (SELECT max(window_start) FROM budget_window WHERE budget_id = w.budget_id))
        """)

    /// Values: ids of calls, ids of keys. The last column says whether the call is a cancel.
    static let runningCalls = Statement(
        "running_calls",
        """
        SELECT \(AuditEntry.columns), is_cancel FROM audit
        JOIN (SELECT seq AS running_seq, is_cancel FROM running_call
          WHERE request_id = ANY($1) OR key_id = ANY($2)) AS r
          ON seq = running_seq
        """)

    /// Values: ids of holds, of objects, of calls, and two columns of claims.
    ///
    /// The holds that the commands can act on, and every other one that is found by an object of theirs, because an
    /// object's money moves once.
    static let holds = Statement(
        "holds",
        """
        WITH open AS NOT MATERIALIZED (SELECT * FROM hold WHERE state IN ('held', 'authorised', 'unknown')),
        acted_on AS (
          SELECT id, object_id, related_id FROM open WHERE object_id = ANY($2)
          UNION SELECT id, object_id, related_id FROM open WHERE related_id = ANY($2)
          UNION SELECT id, object_id, related_id FROM open WHERE id = ANY(
            $1 || ARRAY(SELECT hold_id FROM running_call WHERE request_id = ANY($3) AND hold_id IS NOT NULL)
            || ARRAY(
              SELECT hold_id FROM idempotency
              JOIN unnest($4::TEXT[], $5::TEXT[]) AS c(k, i) ON key_id = k AND client_key = i
              WHERE hold_id IS NOT NULL))),
        object AS (
          SELECT array_agg(o) AS ids FROM (
            SELECT object_id AS o FROM acted_on UNION SELECT related_id FROM acted_on) AS named WHERE o IS NOT NULL)
        SELECT \(Hold.columns) FROM open WHERE id = ANY(ARRAY(SELECT id FROM acted_on))
        UNION ALL SELECT \(Hold.columns) FROM open
          WHERE (object_id = ANY((SELECT ids FROM object)::TEXT[])
              OR related_id = ANY((SELECT ids FROM object)::TEXT[]))
            AND id <> ALL(ARRAY(SELECT id FROM acted_on))
        """)

    static let everyOpenHold = Statement(
        "every_open_hold", "SELECT \(Hold.columns) FROM hold WHERE state IN ('held', 'authorised', 'unknown')")

    /// Values: two columns of claims.
    static let claims = Statement(
        "claims",
        """
        SELECT \(Claim.columns) FROM idempotency
        JOIN unnest($1::TEXT[], $2::TEXT[]) AS c(k, i) ON key_id = k AND client_key = i
        """)

    /// Values: four columns of audit rows. How many of them there are.
    static let countEntries = Statement(
        "count_entries",
        """
        SELECT count(*) FROM audit
        JOIN unnest($1::BIGINT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[]) AS e(s, a, k, r)
          ON seq = s AND at_us = a AND kind = k AND request_id = r
        """)

    /// Value: seconds. Whether an instance has given no sign of life for so long, or has left calls behind.
    static let isSomebodyDead = Statement(
        "is_somebody_dead",
        """
        SELECT (EXISTS(SELECT FROM instance WHERE heartbeat_at < clock_timestamp() - make_interval(secs => $1))
          OR EXISTS(SELECT FROM running_call WHERE instance_id NOT IN (SELECT id FROM instance)))::INT::BIGINT
        """)

    /// Value: seconds.
    static let removeDead = Statement(
        "remove_dead", "DELETE FROM instance WHERE heartbeat_at < clock_timestamp() - make_interval(secs => $1)")

    /// Calls that dead instances have left, oldest first.
    static let interruptedCalls = Statement(
        "interrupted_calls",
        """
        SELECT \(AuditEntry.columns) FROM audit
        WHERE seq IN (SELECT seq FROM running_call WHERE instance_id NOT IN (SELECT id FROM instance)) ORDER BY seq
        """)

    /// Holds on which one of the calls that dead instances have left is a step.
    static let interruptedHolds = Statement(
        "interrupted_holds",
        """
        SELECT \(Hold.columns) FROM hold WHERE state = 'held' AND id IN (
          SELECT hold_id FROM running_call WHERE instance_id NOT IN (SELECT id FROM instance))
        """)

    /// Value: ids of holds. Calls of living instances on them.
    static let livingCalls = Statement(
        "living_calls",
        """
        SELECT \(AuditEntry.columns), is_cancel FROM audit
        JOIN (SELECT seq AS running_seq, is_cancel FROM running_call
          WHERE hold_id = ANY($1) AND instance_id IN (SELECT id FROM instance)) AS r ON seq = running_seq
        """)

    static let removeInstance = Statement("remove_instance", "DELETE FROM instance WHERE id = $1")

    static let commit = Statement("commit", "COMMIT")
}
