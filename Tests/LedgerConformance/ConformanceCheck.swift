package import KeybrakeLedger
internal import KeybrakeStripe
internal import Testing

/// What every ledger's store must do. Each check gets a fresh, empty store.
package struct ConformanceCheck: Sendable, CustomTestStringConvertible {
    /// What is checked.
    package let name: String
    /// Records an issue for everything that is not as it must be. May close the store.
    package let run: @Sendable (any LedgerStore) async throws -> Void

    package var testDescription: String { name }

    /// Every check there is.
    package static let all: [ConformanceCheck] = [
        ConformanceCheck("a charge is held and settled", aChargeIsHeldAndSettled),
        ConformanceCheck(
            "every call has two rows and numbers are contiguous", everyCallHasTwoRowsAndNumbersAreContiguous),
        ConformanceCheck("an entry is read as it was written", anEntryIsReadAsItWasWritten),
        ConformanceCheck("an answer is replayed byte for byte", anAnswerIsReplayedByteForByte),
        ConformanceCheck("a large answer is replayed too", aLargeAnswerIsReplayedToo),
        ConformanceCheck("idempotency keys run finish lose and free", idempotencyKeysRunFinishLoseAndFree),
        ConformanceCheck(
            "the directory knows a key once it is issued and every change",
            theDirectoryKnowsAKeyOnceItIsIssuedAndEveryChange),
        ConformanceCheck(
            "an open hold is found by its objects as soon as its outcome is handed over",
            anOpenHoldIsFoundByItsObjectsAsSoonAsItsOutcomeIsHandedOver),
        ConformanceCheck("an operator resolves a lost hold", anOperatorResolvesALostHold),
        ConformanceCheck(
            "commands take effect in the order of handing over", commandsTakeEffectInTheOrderOfHandingOver),
        ConformanceCheck("a closed store lets nothing out", aClosedStoreLetsNothingOut),
        ConformanceCheck("many threads spend exactly the cap", manyThreadsSpendExactlyTheCap),
        ConformanceCheck("revocation is linearizable", revocationIsLinearizable),
    ]

    private init(_ name: String, _ run: @escaping @Sendable (any LedgerStore) async throws -> Void) {
        self.name = name
        self.run = run
    }
}

extension ConformanceCheck {
    @Sendable static func aChargeIsHeldAndSettled(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(10_00))
        #expect(await store.begin(.charge("req_1", 6_00)).brief == "proceed holding 600")
        #expect(try await store.spent() == [0, 6_00])
        #expect(await store.begin(.charge("req_2", 6_00)).brief == "denied: 400 left, 600 asked")
        await store.end(.settled("req_1", 5_50))
        #expect(try await store.spent() == [5_50, 0])
    }

    @Sendable static func everyCallHasTwoRowsAndNumbersAreContiguous(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(10_00))
        _ = await store.begin(.charge("req_1", 6_00))
        store.record(
            RecordedCall(
                requestID: "req_2", atMicroseconds: 1, endedAtMicroseconds: 2, refusal: "operation_not_allowed",
                clientStatus: 403))
        _ = await store.begin(.charge("req_3", 6_00))
        await store.end(.settled("req_1", 6_00))
        let entries = try await store.auditEntries(after: 0, limit: 100)
        #expect(entries.map(\.sequence) == Array(1...7))
        #expect(
            entries.dropFirst().map { "\($0.requestID) \($0.kind) \($0.refusal ?? $0.ending ?? "")" } == [
                "req_1 intent ", "req_2 intent operation_not_allowed", "req_2 outcome operation_not_allowed",
                "req_3 intent spend_cap_exceeded", "req_3 outcome spend_cap_exceeded", "req_1 outcome settled",
            ])
        #expect(try await store.lastAuditSequence() == 7)
        #expect(try await store.auditEntries(after: 5, limit: 1).map(\.sequence) == [6])
        #expect(try await store.auditEntries(after: 7, limit: 10) == [])
    }

    @Sendable static func anEntryIsReadAsItWasWritten(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .unlimited)
        var intent = CallIntent.charge("req_1", 6_00, idempotency: "ik-é\u{0}\"")
        intent.money = Money(minorUnits: 900, currency: try #require(Currency("jpy")))
        intent.attribution.turn = "7"
        intent.policyHash = "abc"
        intent.detail = ["tag": "[conv:x]", "n": 12]
        _ = await store.begin(intent)
        await store.end(
            CallOutcome(
                requestID: "req_1", atMicroseconds: 9, clientStatus: 504, upstreamStatus: nil, ending: .unknown,
                relatedID: "ch_1", detail: ["why": "timeout"]))
        let rows = try await store.auditEntries(after: 1, limit: 10)
        let facts: JSONObject = [
            "seq": 2, "at_us": .integer(.noon), "kind": "intent", "request_id": "req_1", "key_id": "key",
            "conversation": "conv-1", "conversation_source": "key", "agent": "billing", "turn": "7",
            "operation": "POST /v1/charges", "mode": "live", "decision": "allowed", "meter": "charge",
            "amount": 900, "currency": "jpy", "usd_cents": 6_00, "customer": "cus_1",
            "idempotency_key": "ik-é\u{0}\"", "hold_id": "hold_1", "policy_hash": "abc",
            "detail": ["tag": "[conv:x]", "n": 12, "task": "t"],
        ]
        #expect(rows.first?.json.sortedByName() == facts.sortedByName())
        var outcome = try #require(rows.first)
        outcome.sequence = 3
        outcome.atMicroseconds = 9
        outcome.kind = .outcome
        outcome.status = 504
        outcome.ending = "unknown"
        outcome.relatedID = "ch_1"
        outcome.detail["why"] = "timeout"
        #expect(rows.last == outcome)
    }

    @Sendable static func anAnswerIsReplayedByteForByte(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(10_00))
        let body = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let answer = StoredAnswer(
            status: 200, headers: [("Set-Cookie", "a=\"1\""), ("Set-Cookie", "b\u{e9}"), ("X", "")], body: body)
        _ = await store.begin(.charge("req_1", 6_00, idempotency: "ik"))
        await store.end(.settled("req_1", 6_00, answer: answer))
        #expect(await store.begin(.charge("req_2", 6_00, idempotency: "ik")) == .replay(answer))
        #expect(try await store.spent() == [6_00, 0])
    }

    @Sendable static func aLargeAnswerIsReplayedToo(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(10_00))
        let answer = StoredAnswer(status: 200, headers: [], body: [UInt8](repeating: 0x61, count: 3_000_000))
        _ = await store.begin(.charge("req_1", 1, idempotency: "ik"))
        await store.end(.settled("req_1", 1, answer: answer))
        #expect(await store.begin(.charge("req_2", 1, idempotency: "ik")) == .replay(answer))
    }

    @Sendable static func idempotencyKeysRunFinishLoseAndFree(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(10_00))
        _ = await store.begin(.charge("req_1", 6_00, idempotency: "ik"))
        #expect(await store.begin(.charge("req_2", 6_00, idempotency: "ik")) == .inFlight)
        await store.end(.ended("req_1", .unknown))
        #expect(
            await store.begin(.charge("req_3", 6_00, idempotency: "ik")).brief == "retry hold_1 holding 600")
        await store.end(.ended("req_3", .released))
        #expect(await store.begin(.charge("req_4", 7_00, idempotency: "ik")).brief == "proceed holding 700")
        var other = CallIntent.charge("req_5", 1, idempotency: "ik")
        other.idempotency?.fingerprint = [8]
        #expect(await store.begin(other) == .denied(.idempotencyMismatch))
    }

    @Sendable static func theDirectoryKnowsAKeyOnceItIsIssuedAndEveryChange(_ store: any LedgerStore) async throws {
        #expect(store.directory.key(id: "key") == nil)
        try await store.issueKey(cap: .usdCents(10_00))
        #expect(store.directory.key(id: "key")?.policy.dailyCap == .usdCents(10_00))
        let stamp = AdminStamp(requestID: "req_a", atMicroseconds: .noon)
        let changed = try await store.changeKey(id: "key", .revoke(reason: "r"), stamp: stamp)
        #expect(store.directory.key(id: "key")?.key == changed.key)
        #expect(store.directory.all().count == 1)
        #expect(await store.begin(.charge("req_1", 1)) == .denied(.keyRevoked))
        await #expect(throws: LedgerFailure.keyExists(id: "key")) { try await store.issueKey(cap: .unlimited) }
        await #expect(throws: LedgerFailure.keyUnknown(id: "x")) {
            try await store.changeKey(id: "x", .pause, stamp: stamp)
        }
        await #expect(throws: LedgerFailure.keyUnknown(id: "x")) {
            try await store.spend(keyID: "x", atMicroseconds: 0)
        }
    }

    @Sendable static func anOpenHoldIsFoundByItsObjectsAsSoonAsItsOutcomeIsHandedOver(_ store: any LedgerStore)
        async throws
    {
        try await store.issueKey(cap: .usdCents(10_00))
        _ = await store.begin(.charge("req_1", 6_00))
        #expect(store.openHold(objectID: "pi_1", keyID: "key") == nil)
        store.end(
            CallOutcome(
                requestID: "req_1", atMicroseconds: .noon, clientStatus: 200, ending: .authorised,
                objectID: "pi_1", relatedID: "ch_1"),
            completion: nil)
        #expect(store.openHold(objectID: "pi_1", keyID: "key")?.usdCents == 6_00)
        #expect(store.openHold(objectID: "ch_1", keyID: "someone")?.keyID == "key")
        #expect(try await store.openHolds().map(\.state) == [.authorised])
        #expect(store.openHold(objectID: "ch_1", keyID: "key")?.state == .authorised)
        _ = await store.begin(.charge("req_2", 6_00, effect: .advance(objectID: "pi_1")))
        await store.end(.ended("req_2", .settledUSD(6_00), object: "pi_1"))
        #expect(store.openHold(objectID: "pi_1", keyID: "key") == nil)
        #expect(store.openHold(objectID: "ch_1", keyID: "key") == nil)
    }

    @Sendable static func anOperatorResolvesALostHold(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(10_00))
        _ = await store.begin(.charge("req_1", 6_00, idempotency: "ik"))
        await store.end(.ended("req_1", .unknown))
        let stamp = AdminStamp(requestID: "req_a", atMicroseconds: .noon, detail: ["by": "ann"])
        #expect(try await store.resolveHold(id: "hold_1", .released, stamp: stamp).state == .unknown)
        #expect(try await store.spent() == [0, 0])
        let row = try await store.auditEntries(after: 3, limit: 1).first
        #expect(row?.holdID == "hold_1")
        #expect(row?.detail["by"] == "ann")
        // The idempotency key is free: the next call is a fresh attempt.
        #expect(await store.begin(.charge("req_2", 6_00, idempotency: "ik")).brief == "proceed holding 600")
    }

    @Sendable static func commandsTakeEffectInTheOrderOfHandingOver(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(100_00))
        // None of these is awaited but the last.
        for index in 0..<50 {
            store.begin(.charge("req_\(index)", 1_00, idempotency: "ik")) { _ in }
            store.end(.ended("req_\(index)", .released), completion: nil)
        }
        store.recordAdmin("mode", stamp: AdminStamp(requestID: "req_m", atMicroseconds: .noon))
        #expect(await store.begin(.charge("req_last", 1_00, idempotency: "ik")).brief == "proceed holding 100")
        let entries = try await store.auditEntries(after: 1, limit: 1_000)
        #expect(entries.count == 102)
        #expect(entries.allSatisfy { $0.decision != .refused })
        #expect(entries[100].detail["act"] == "mode")
    }

    @Sendable static func aClosedStoreLetsNothingOut(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .unlimited)
        #expect(store.isHealthy)
        await store.close()
        #expect(await store.begin(.charge("req_1", 1)) == .unavailable)
        await store.end(.settled("req_1", 1))
        await #expect(throws: LedgerFailure.closed) { try await store.issueKey("k2", cap: .unlimited) }
        #expect(!store.isHealthy)
    }

    @Sendable static func manyThreadsSpendExactlyTheCap(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .usdCents(10_00))
        let admitted = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var admitted = 0
                    for call in 0..<100 {
                        let id = "req_\(worker)_\(call)"
                        guard case .proceed = await store.begin(.charge(id, 7)) else { continue }
                        // A third of them is given back, and may be spent by others.
                        if call % 3 == 0 {
                            await store.end(.ended(id, .released))
                        } else {
                            admitted += 1
                            await store.end(.settled(id, 7))
                        }
                    }
                    return admitted
                }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 10_00 / 7)
        #expect(try await store.spent() == [Int64(10_00 / 7 * 7), 0])
    }

    @Sendable static func revocationIsLinearizable(_ store: any LedgerStore) async throws {
        try await store.issueKey(cap: .unlimited)
        let revoked = Flag()
        let admittedAfterwards = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var late = 0
                    for call in 0..<300 {
                        let wasRevoked = revoked.isSet
                        let verdict = await store.begin(.charge("req_\(worker)_\(call)", 1))
                        if wasRevoked, verdict != .denied(.keyRevoked) { late += 1 }
                    }
                    return late
                }
            }
            group.addTask {
                _ = await store.begin(.charge("req_first", 1))
                let stamp = AdminStamp(requestID: "req_a", atMicroseconds: .noon)
                _ = try? await store.changeKey(id: "key", .revoke(reason: nil), stamp: stamp)
                revoked.set()
                return 0
            }
            return await group.reduce(0, +)
        }
        #expect(admittedAfterwards == 0)
        #expect(await store.begin(.charge("req_x", 1)) == .denied(.keyRevoked))
    }
}
