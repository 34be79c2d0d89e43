import Glibc
import KeybrakeCrypto
import KeybrakeGateway
import KeybrakeLedger
import KeybrakeLedgerPostgres
import Logging

/// Opens the ledger that the settings name: a SQLite file for one instance, a PostgreSQL database for several.
enum LedgerOpening {
    static func open(_ settings: ServeSettings, logger: Logger) throws -> any LedgerStore {
        guard PostgresAddress.isURL(settings.database) else { return try file(settings, logger) }
        guard let address = PostgresAddress(settings.database) else {
            throw SettingsFailure(description: "database is no PostgreSQL address; write postgres://user@host/name")
        }
        var postgres = PostgresLedgerSettings(address: address, instanceID: SecureRandom.base62(count: 22))
        postgres.statuses.spendCapExceeded = settings.capStatus
        return try PostgresLedgerStore(settings: postgres, clock: ClockReading.microsecondsNow, logger: logger)
    }

    /// A ledger with keys, but without the secret that verifies them, is a mistake and no first start.
    static func refuseLostSecret(_ settings: ServeSettings, ledger: any LedgerStore) async throws {
        guard access(settings.secretPath, F_OK) != 0, !ledger.directory.all().isEmpty else { return }
        await ledger.close()
        throw SettingsFailure(
            description: "\(settings.databaseText) has vault keys, but its secret \(settings.secretPath) is not there; "
                + "without it none of them can be verified. Put it back, or name it with --secret-file")
    }

    /// The file behind symbolic links, so that two names of one ledger share one lock.
    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func file(_ settings: ServeSettings, _ logger: Logger) throws -> any LedgerStore {
        var file = SQLiteLedgerSettings(path: realPath(settings.database))
        file.statuses.spendCapExceeded = settings.capStatus
        return try SQLiteLedgerStore(settings: file, atMicroseconds: ClockReading.microsecondsNow(), logger: logger)
    }
}

extension ServeSettings {
    /// The ledger for people, without a password.
    var databaseText: String {
        guard PostgresAddress.isURL(database) else { return database }
        return PostgresAddress(database)?.description ?? "PostgreSQL"
    }
}
