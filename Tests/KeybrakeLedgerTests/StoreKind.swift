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

// MARK: Calls, awaited

extension LedgerStore {
    func begin(_ intent: CallIntent) async -> Verdict {
        await withCheckedContinuation { continuation in
            begin(intent) { continuation.resume(returning: $0) }
        }
    }

    func end(_ outcome: CallOutcome) async {
        await withCheckedContinuation { continuation in
            end(outcome) { continuation.resume() }
        }
    }

    func issueKey(
        _ id: String = "key", cap: SpendLimit, at microseconds: Int64 = Scene.noon
    ) async throws {
        let policy = try Policy(dailyCap: cap, allowedOperations: ["POST /v1/*"])
        let new = NewVaultKey(id: id, environment: "test", mac: [1, 2, 3], policy: policy)
        _ = try await issue(new, stamp: AdminStamp(requestID: "req_admin", atMicroseconds: microseconds))
    }

    /// What the key has settled and holds at noon, in cents.
    func spent(_ keyID: String = "key") async throws -> [Int64] {
        let spend = try await spend(keyID: keyID, atMicroseconds: Scene.noon)
        return [spend.settledUSDCents, spend.heldUSDCents]
    }
}

extension CallIntent {
    /// A charge at noon.
    static func charge(
        _ requestID: String, _ cents: Int64, key: String = "key", effect: SpendEffect = .reserve(objectID: nil),
        idempotency: String? = nil, at microseconds: Int64 = Scene.noon
    ) -> CallIntent {
        CallIntent(
            requestID: requestID, atMicroseconds: microseconds, keyID: key, operation: "POST /v1/charges",
            mode: "live", meter: "charge", effect: effect, money: Money(minorUnits: cents, currency: .usd),
            usdCents: cents, customer: "cus_1",
            idempotency: idempotency.map { IdempotencyClaim(clientKey: $0, fingerprint: [7]) },
            attribution: Attribution(conversation: "conv-1", conversationSource: "key", agent: "billing", task: "t")
        )
    }
}

extension CallOutcome {
    static func settled(_ requestID: String, _ cents: Int64, answer: StoredAnswer? = nil) -> CallOutcome {
        CallOutcome(
            requestID: requestID, atMicroseconds: Scene.noon + 5, clientStatus: 200, upstreamStatus: 200,
            ending: .settledUSD(cents), objectID: "ch_" + requestID, answer: answer)
    }

    static func ended(_ requestID: String, _ ending: HoldEnding, object: String? = nil) -> CallOutcome {
        CallOutcome(
            requestID: requestID, atMicroseconds: Scene.noon + 5, clientStatus: 200, upstreamStatus: 200,
            ending: ending, objectID: object)
    }
}
