package import KeybrakeLedger
internal import KeybrakeStripe

extension Int64 {
    /// 2026-11-22 12:00:00 UTC, in microseconds since 1970.
    package static let noon: Int64 = 1_795_348_800_000_000
}

extension LedgerStore {
    package func begin(_ intent: CallIntent) async -> Verdict {
        await withCheckedContinuation { continuation in
            begin(intent) { continuation.resume(returning: $0) }
        }
    }

    package func end(_ outcome: CallOutcome) async {
        await withCheckedContinuation { continuation in
            end(outcome) { continuation.resume() }
        }
    }

    package func issueKey(
        _ id: String = "key", cap: SpendLimit, at microseconds: Int64 = .noon
    ) async throws {
        let policy = try Policy(dailyCap: cap, allowedOperations: ["POST /v1/*"])
        let new = NewVaultKey(id: id, environment: "test", mac: [1, 2, 3], policy: policy)
        _ = try await issue(new, stamp: AdminStamp(requestID: "req_admin", atMicroseconds: microseconds))
    }

    /// What the key has settled and holds at noon, in cents.
    package func spent(_ keyID: String = "key") async throws -> [Int64] {
        let spend = try await spend(keyID: keyID, atMicroseconds: .noon)
        return [spend.settledUSDCents, spend.heldUSDCents]
    }
}

extension CallIntent {
    /// A charge at noon.
    package static func charge(
        _ requestID: String, _ cents: Int64, key: String = "key", effect: SpendEffect = .reserve(objectID: nil),
        idempotency: String? = nil, at microseconds: Int64 = .noon
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
    package static func settled(_ requestID: String, _ cents: Int64, answer: StoredAnswer? = nil) -> CallOutcome {
        CallOutcome(
            requestID: requestID, atMicroseconds: .noon + 5, clientStatus: 200, upstreamStatus: 200,
            ending: .settledUSD(cents), objectID: "ch_" + requestID, answer: answer)
    }

    package static func ended(_ requestID: String, _ ending: HoldEnding, object: String? = nil) -> CallOutcome {
        CallOutcome(
            requestID: requestID, atMicroseconds: .noon + 5, clientStatus: 200, upstreamStatus: 200,
            ending: ending, objectID: object)
    }
}

extension HoldEnding {
    package static func settledUSD(_ cents: Int64) -> HoldEnding {
        .settled(Money(minorUnits: cents, currency: .usd), usdCents: cents)
    }
}

extension Verdict {
    /// A word for a verdict, with what is held after it.
    package var brief: String {
        switch self {
        case .proceed(let hold): hold.map { "proceed holding \($0.usdCents)" } ?? "proceed"
        case .retryUnknown(let hold): "retry \(hold.id) holding \(hold.usdCents)"
        case .denied(.spendCapExceeded(let facts)): "denied: \(facts.leftUSDCents) left, \(facts.askedUSDCents) asked"
        case .denied(let denial): "denied: \(denial.code)"
        case .replay(let answer): "replay \(answer.status)"
        case .inFlight: "in flight"
        case .unavailable: "unavailable"
        }
    }
}
