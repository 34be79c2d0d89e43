/// The tables of the ledger's file.
///
/// `audit`, `vault_key` and `policy` are read by the auditor and are a contract; the others are the ledger's own.
enum LedgerSchema {
    /// Written as `user_version`. A file with a higher one is refused.
    static let version: Int64 = 1

    /// The condition of an open hold. Not written with IN, for which SQLite builds a table each time a hold is written.
    static let openHolds = "state = 'held' OR state = 'authorised' OR state = 'unknown'"

    static let sql = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE policy(hash TEXT PRIMARY KEY, body TEXT NOT NULL, created_at_us INTEGER NOT NULL) STRICT;
        CREATE TABLE vault_key(
          id TEXT PRIMARY KEY, environment TEXT NOT NULL, mac BLOB NOT NULL, label TEXT,
          policy_hash TEXT NOT NULL REFERENCES policy(hash), conversation TEXT, agent TEXT,
          created_at_us INTEGER NOT NULL, expires_at_us INTEGER, paused_at_us INTEGER, revoked_at_us INTEGER,
          revoke_reason TEXT, replaces TEXT, epoch INTEGER NOT NULL) STRICT;
        CREATE TABLE budget(
          id TEXT PRIMARY KEY, scope_kind TEXT NOT NULL, scope_id TEXT NOT NULL, window_kind TEXT NOT NULL,
          cap_usd_cents INTEGER) STRICT;
        CREATE TABLE budget_window(
          budget_id TEXT NOT NULL, window_start INTEGER NOT NULL,
          settled_usd_cents INTEGER NOT NULL CHECK(settled_usd_cents >= 0),
          held_usd_cents INTEGER NOT NULL CHECK(held_usd_cents >= 0), PRIMARY KEY(budget_id, window_start)) STRICT;
        CREATE TABLE hold(
          id TEXT PRIMARY KEY, key_id TEXT NOT NULL, request_id TEXT NOT NULL, operation TEXT NOT NULL,
          meter TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, usd_cents INTEGER NOT NULL,
          state TEXT NOT NULL, object_id TEXT, settled_amount INTEGER, settled_usd_cents INTEGER,
          budget_id TEXT NOT NULL, window_start INTEGER NOT NULL, created_at_us INTEGER NOT NULL,
          updated_at_us INTEGER NOT NULL, related_id TEXT, progress TEXT) STRICT;
        CREATE INDEX hold_open ON hold(created_at_us) WHERE \(openHolds);
        CREATE TABLE idempotency(
          key_id TEXT NOT NULL, client_key TEXT NOT NULL, fingerprint BLOB NOT NULL, request_id TEXT NOT NULL,
          hold_id TEXT, state TEXT NOT NULL, status INTEGER, headers TEXT, body BLOB,
          created_at_us INTEGER NOT NULL, PRIMARY KEY(key_id, client_key)) STRICT;
        CREATE TABLE running_call(seq INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE audit(
          seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, request_id TEXT NOT NULL,
          key_id TEXT, conversation TEXT, conversation_source TEXT, agent TEXT, turn TEXT, operation TEXT, mode TEXT,
          decision TEXT, refusal TEXT, status INTEGER, upstream_status INTEGER, ending TEXT, object_id TEXT,
          related_id TEXT, meter TEXT, amount INTEGER, currency TEXT, usd_cents INTEGER, customer TEXT,
          idempotency_key TEXT, hold_id TEXT, policy_hash TEXT, detail TEXT) STRICT;
        CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
          BEGIN SELECT raise(ABORT, 'audit rows are never changed'); END;
        CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
          BEGIN SELECT raise(ABORT, 'audit rows are never deleted'); END;
        """

    /// Tables by which a file is known as a ledger.
    static let tables = ["audit", "vault_key", "policy", "hold", "budget_window", "idempotency", "running_call"]
}
