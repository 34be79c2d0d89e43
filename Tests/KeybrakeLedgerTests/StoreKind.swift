import Glibc
import KeybrakeStripe
import Logging
import Testing

@testable import KeybrakeLedger

/// Every store there is: the same suite runs against each.
enum StoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case sqlite

    var testDescription: String { rawValue }

    /// Runs `body` on a fresh store, and closes it.
    func withStore(_ body: (any LedgerStore) async throws -> Void) async throws {
        switch self {
        case .memory:
            let store = MemoryLedgerStore()
            try await body(store)
            await store.close()
        case .sqlite:
            try await withTemporaryFolder { folder in
                let store = try openSQLite(folder + "/keybrake.db")
                try await body(store)
                await store.close()
            }
        }
    }
}

/// Opens a SQLite ledger as of ``Scene/noon``.
func openSQLite(
    _ path: String, at microseconds: Int64 = Scene.noon, configure: (inout SQLiteLedgerSettings) -> Void = { _ in }
) throws(LedgerFailure) -> SQLiteLedgerStore {
    var settings = SQLiteLedgerSettings(path: path)
    settings.retryDelayMilliseconds = 5
    configure(&settings)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try SQLiteLedgerStore(settings: settings, atMicroseconds: microseconds, logger: logger)
}

/// Runs `body` with a new folder, which is removed afterwards.
func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    var template = Array("/tmp/keybrake-ledger-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { removeFolder(folder) }
    return try await body(folder)
}

private func removeFolder(_ folder: String) {
    guard let directory = opendir(folder) else { return }
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { unlink(folder + "/" + name) }
    }
    closedir(directory)
    rmdir(folder)
}
