import KeybrakeLedger
import LedgerConformance
import Logging
import Synchronization
import Testing

@testable import KeybrakeLedgerPostgres

/// One ledger's database, for as many instances as a test opens, and a connection to look at it from outside.
struct PostgresDatabase {
    let address: PostgresAddress
    private let direct: PostgresAddress
    private let instances = Counter()

    /// - Parameter port: where the instances connect; this type itself always connects to the server.
    init(port: Int = 5_432) throws {
        let server = try PostgresServer.shared.get()
        let schema = try server.newSchema()
        address = try server.address(schema: schema, port: port)
        direct = try server.address(schema: schema)
    }

    /// Runs `body` with an instance on a fresh database, and closes it.
    static func withStore(_ body: (PostgresLedgerStore) async throws -> Void) async throws {
        let store = try PostgresDatabase().open()
        do {
            try await body(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// Opens an instance as of noon.
    func open(configure: (inout PostgresLedgerSettings) -> Void = { _ in }) throws -> PostgresLedgerStore {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try PostgresLedgerStore(settings: settings(configure), clock: { .noon + 100 }, logger: logger)
    }

    func settings(_ configure: (inout PostgresLedgerSettings) -> Void = { _ in }) -> PostgresLedgerSettings {
        var settings = PostgresLedgerSettings(address: address, instanceID: "instance \(instances.next())")
        settings.retryDelayMilliseconds = 5
        settings.pollIntervalMilliseconds = 20
        configure(&settings)
        return settings
    }

    func execute(_ sql: String) throws {
        try PostgresConnection(settings { $0.address = direct }, purpose: "test").execute(sql)
    }

    /// The number that a statement gives.
    func number(_ sql: String) throws -> Int64 {
        let request = PostgresRequest(.init("number", "SELECT (\(sql))::BIGINT"))
        return try PostgresConnection(settings { $0.address = direct }, purpose: "test").run([request])[0].first?
            .integer(0) ?? -1
    }

    /// How many cents the windows say are held beyond what the open holds hold, whichever way.
    func unaccountedCents() throws -> Int64 {
        try number(
            """
            SELECT coalesce(sum(abs(w.held - h.held)), 0) FROM
              (SELECT budget_id, window_start, held_usd_cents AS held FROM budget_window) AS w
            FULL JOIN (SELECT budget_id, window_start, sum(usd_cents) AS held FROM hold
              WHERE state IN ('held', 'authorised', 'unknown') GROUP BY 1, 2) AS h
            USING (budget_id, window_start) WHERE coalesce(w.held, 0) <> coalesce(h.held, 0)
            """)
    }

    /// Breaks every connection of the ledger's instances; how many there were.
    @discardableResult
    func breakConnections() throws -> Int64 {
        try number(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND application_name = current_setting('application_name')
            """)
    }
}

/// Numbers from 1.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    /// The number given last; 0 before the first.
    var last: Int { value.load(ordering: .relaxed) }

    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

/// Waits until something is as it should be, for so long that only a defect can take longer.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<2_000 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}
