/// The tables of a ledger in PostgreSQL: those of the file, and what several instances need beside them.
///
/// `audit`, `vault_key` and `policy` are a contract with readers; the others are the ledger's own. Texts are in the
/// form of ``PostgresText``; times are microseconds since 1970.
enum PostgresSchema {
    /// Stands in `schema_version`. A database with a higher one is refused.
    static let version: Int64 = 1

    /// Told when a key has changed.
    static let keyChannel = "keybrake_keys"

    /// Taken by whoever looks at or makes the tables, so that two instances that start together do not both make them.
    static let creationLock: Int64 = 0x6B65_7962_7261_6B65

    static let sql = """
        CREATE TABLE schema_version(only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK(only_row), version BIGINT NOT NULL);
        INSERT INTO schema_version(version) VALUES(\(version));
        CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE audit_position(
          only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK(only_row), last_seq BIGINT NOT NULL) WITH (fillfactor = 20);
        INSERT INTO audit_position(last_seq) VALUES(0);
        CREATE TABLE instance(id TEXT PRIMARY KEY, heartbeat_at TIMESTAMPTZ NOT NULL) WITH (fillfactor = 20);
        CREATE TABLE policy(hash TEXT PRIMARY KEY, body JSON NOT NULL, created_at_us BIGINT NOT NULL);
        CREATE TABLE vault_key(
          id TEXT PRIMARY KEY, environment TEXT NOT NULL, mac BYTEA NOT NULL, label TEXT,
          policy_hash TEXT NOT NULL REFERENCES policy(hash), conversation TEXT, agent TEXT,
          created_at_us BIGINT NOT NULL, expires_at_us BIGINT, paused_at_us BIGINT, revoked_at_us BIGINT,
          revoke_reason TEXT, replaces TEXT, epoch BIGINT NOT NULL, changed_seq BIGINT NOT NULL);
        CREATE INDEX vault_key_changed ON vault_key(changed_seq);
        CREATE TABLE budget(
          id TEXT PRIMARY KEY, scope_kind TEXT NOT NULL, scope_id TEXT NOT NULL, window_kind TEXT NOT NULL,
          cap_usd_cents BIGINT);
        CREATE TABLE budget_window(
          budget_id TEXT NOT NULL, window_start BIGINT NOT NULL,
          settled_usd_cents BIGINT NOT NULL CHECK(settled_usd_cents >= 0),
          held_usd_cents BIGINT NOT NULL CHECK(held_usd_cents >= 0), PRIMARY KEY(budget_id, window_start))
          WITH (fillfactor = 50);
        CREATE TABLE hold(
          id TEXT PRIMARY KEY, key_id TEXT NOT NULL, request_id TEXT NOT NULL, operation TEXT NOT NULL,
          meter TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL, usd_cents BIGINT NOT NULL,
          state TEXT NOT NULL, object_id TEXT, settled_amount BIGINT, settled_usd_cents BIGINT,
          budget_id TEXT NOT NULL, window_start BIGINT NOT NULL, created_at_us BIGINT NOT NULL,
          updated_at_us BIGINT NOT NULL, related_id TEXT, progress JSON, changed_seq BIGINT NOT NULL);
        CREATE INDEX hold_open ON hold(created_at_us) WHERE state IN ('held', 'authorised', 'unknown');
        CREATE INDEX hold_object ON hold(object_id) WHERE state IN ('held', 'authorised', 'unknown');
        CREATE INDEX hold_related ON hold(related_id) WHERE state IN ('held', 'authorised', 'unknown');
        CREATE INDEX hold_changed ON hold(changed_seq);
        CREATE TABLE idempotency(
          key_id TEXT NOT NULL, client_key TEXT NOT NULL, fingerprint BYTEA NOT NULL, request_id TEXT NOT NULL,
          hold_id TEXT, state TEXT NOT NULL, status BIGINT, headers JSON, body BYTEA, created_at_us BIGINT NOT NULL,
          PRIMARY KEY(key_id, client_key));
        CREATE INDEX idempotency_hold ON idempotency(hold_id);
        CREATE INDEX idempotency_age ON idempotency(created_at_us);
        CREATE TABLE running_call(
          seq BIGINT PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, key_id TEXT NOT NULL, hold_id TEXT,
          is_cancel BIGINT NOT NULL, instance_id TEXT NOT NULL);
        CREATE INDEX running_call_key ON running_call(key_id);
        CREATE INDEX running_call_hold ON running_call(hold_id);
        CREATE INDEX running_call_instance ON running_call(instance_id);
        CREATE TABLE audit(
          seq BIGINT PRIMARY KEY, at_us BIGINT NOT NULL, kind TEXT NOT NULL, request_id TEXT NOT NULL,
          key_id TEXT, conversation TEXT, conversation_source TEXT, agent TEXT, turn TEXT, operation TEXT, mode TEXT,
          decision TEXT, refusal TEXT, status BIGINT, upstream_status BIGINT, ending TEXT, object_id TEXT,
          related_id TEXT, meter TEXT, amount BIGINT, currency TEXT, usd_cents BIGINT, customer TEXT,
          idempotency_key TEXT, hold_id TEXT, policy_hash TEXT, detail JSON);
        CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'audit rows are never changed or deleted'; END $$;
        CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
        """

    /// Finds out whether the tables are there. One row: the schema version or null, and how many of the other tables.
    static let inspect = PostgresRequest.Statement(
        "inspect",
        """
        SELECT to_regclass('schema_version')::TEXT, (
          SELECT count(*) FROM unnest(ARRAY['audit', 'vault_key', 'policy', 'hold', 'budget', 'idempotency']) AS t(name)
          WHERE to_regclass(t.name) IS NOT NULL)
        """)

    static let readVersion = PostgresRequest.Statement("read_version", "SELECT version FROM schema_version")
}
