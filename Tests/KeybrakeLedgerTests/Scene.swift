import KeybrakeStripe
import LedgerConformance

@testable import KeybrakeLedger

/// A machine with its tables in memory and a few keys, for tests that read as a transcript of calls.
struct Scene {
    /// 2026-11-22 12:00:00 UTC.
    static let noon = Int64.noon
    static let hour: Int64 = 3_600_000_000
    static let day: Int64 = 24 * hour

    var machine = LedgerMachine()
    var tables = MemoryTables()
    var now = Scene.noon
    private var lastRequest = 0

    /// Keys `key`, and `other` where a second cap is given.
    init(cap: SpendLimit, otherCap: SpendLimit? = nil) throws {
        try issue("key", cap: cap)
        if let otherCap { try issue("other", cap: otherCap) }
    }

    mutating func issue(_ id: String, cap: SpendLimit, expiresAt: Int64? = nil) throws {
        let policy = try Policy(dailyCap: cap, allowedOperations: ["POST /v1/*"])
        let new = NewVaultKey(
            id: id, environment: "test", mac: [1, 2, 3], policy: policy, expiresAtMicroseconds: expiresAt)
        let (_, rows) = try machine.issue(new, stamp: stamp())
        write(rows)
    }

    func stamp() -> AdminStamp { AdminStamp(requestID: "req_admin", atMicroseconds: now) }

    mutating func change(_ id: String, _ change: KeyChange) throws -> ChangedKey {
        let (changed, rows) = try machine.change(keyID: id, change, stamp: stamp())
        write(rows)
        return changed
    }

    // MARK: Calls

    /// Asks for a verdict; every call gets the next of `req_1`, `req_2`, ….
    @discardableResult
    mutating func begin(
        _ effect: SpendEffect, cents: Int64? = nil, key: String = "key", idempotency: String? = nil,
        fingerprint: [UInt8] = [7]
    ) -> Verdict {
        lastRequest += 1
        let intent = CallIntent(
            requestID: "req_\(lastRequest)", atMicroseconds: now, keyID: key, operation: "POST /v1/charges",
            mode: "live", meter: "charge", effect: effect,
            money: cents.map { Money(minorUnits: $0, currency: .usd) }, usdCents: cents,
            idempotency: idempotency.map { IdempotencyClaim(clientKey: $0, fingerprint: fingerprint) },
            attribution: Attribution(conversation: "conv-1", conversationSource: "key")
        )
        let claim = intent.idempotency.flatMap {
            tables.claim(Claim.ID(keyID: key, clientKey: $0.clientKey))
        }
        let decision = machine.begin(intent, claim: claim)
        write(decision.rows)
        return decision.verdict
    }

    /// Ends the call with that number.
    mutating func end(
        _ request: Int, _ ending: HoldEnding, object: String? = nil, related: String? = nil, answer: StoredAnswer? = nil
    ) {
        let outcome = CallOutcome(
            requestID: "req_\(request)", atMicroseconds: now, clientStatus: 200, upstreamStatus: 200, ending: ending,
            objectID: object, relatedID: related, answer: answer)
        write(machine.end(outcome))
    }

    private mutating func write(_ rows: [LedgerRow]) {
        for row in rows { tables.write(row) }
        machine.keep()
    }

    // MARK: What came of it

    /// What a key has settled and holds in the window of now, in cents.
    func spend(_ key: String = "key") -> [Int64] {
        guard let spend = machine.spend(keyID: key, atMicroseconds: now) else { return [] }
        return [spend.settledUSDCents, spend.heldUSDCents]
    }

    func states() -> [String] {
        machine.openHolds.map { "\($0.id) \($0.state.rawValue) \($0.usdCents)" }
    }

    /// Kind, decision or ending, and refusal of each audit row since the keys were issued.
    func audit() -> [String] {
        tables.entries.filter { $0.kind != .admin }.map { entry in
            [entry.requestID, entry.kind.rawValue, entry.decision?.rawValue, entry.refusal, entry.ending]
                .compactMap { $0 }.joined(separator: " ")
        }
    }
}
