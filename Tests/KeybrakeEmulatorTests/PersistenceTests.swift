import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct PersistenceTests {
    private static func bench() -> Bench {
        Bench { configuration in
            configuration.clock = .frozen(atUnixSeconds: 1_700_000_000)
            configuration.idempotencyKeysMax = 40
        }
    }

    @Test func `two runs of a long mixed life are equal byte for byte`() {
        let seed = Dice.seed()
        let runs = [Self.bench(), Self.bench()].map { bench in
            var life = Life(seed: seed)
            var now = bench
            return (0..<700).map { turn in
                // What the shell's clock shows does not matter to a frozen world.
                now.now += Int64(turn)
                return life.step(now)
            }
        }
        for turn in runs[0].indices { #expect(runs[0][turn] == runs[1][turn], "seed \(seed), step \(turn)") }
    }

    @Test func `a world that was saved goes on as if it had not been`() throws {
        let seed = Dice.seed()
        var dice = Dice(seed: ~seed)
        let bench = Self.bench()
        let restored = Self.bench()
        var life = Life(seed: seed)
        let rule: JSONValue = ["operation": "GET /v1/balance", "every": 7, "fault": "status=500"]
        _ = try bench.host.addFaultRule(rule, world: "w")
        for part in 0..<4 {
            for _ in 0..<Int.random(in: 20..<90, using: &dice) { _ = life.step(bench) }
            let text = try bench.host.save(world: "w")
            try restored.host.load(world: "w", from: text)
            #expect(try restored.host.save(world: "w") == text, "seed \(seed), part \(part)")
            var again = life
            for step in 0..<60 {
                #expect(life.step(bench) == again.step(restored), "seed \(seed), part \(part), step \(step)")
            }
            #expect(try restored.host.save(world: "w") == bench.host.save(world: "w"), "seed \(seed)")
        }
    }

    @Test func `every member of a world and an account is saved`() {
        let world = World(name: "w", configuration: .standard)
        let account = world.accounts[0]
        let members = Set(Mirror(reflecting: account).children.compactMap(\.label))
        let named =
            Account.savedMembers.map(\.name) + Account.lineMembers + Account.originMembers + Account.passingMembers
        #expect(Set(named) == members, "say in SavedMember.swift what becomes of a new member of Account")
        #expect(named.count == members.count)
        let ofWorld = World.savedMembers.map(\.name) + World.lineMembers
        #expect(
            Set(ofWorld) == Set(Mirror(reflecting: world).children.compactMap(\.label)),
            "say in World.swift what becomes of a new member of World")
    }

    @Test(arguments: [
        ("", "line 1: the file ends without its last line"),
        ("{", "line 1: no JSON"), ("[]", "line 1: no JSON object"),
        (#"{"id":"ch_1"}"#, "line 1: this is no saved world"),
        (#"{"keybrake_world":2,"name":"w"}"#, "line 1: version 2 is not known"),
        (#"{"keybrake_world":1}"#, "line 1: `name` is missing"),
        ("HEAD\n", "line 2: the file ends without its last line"),
        ("HEAD\n{\"end\":7}", "line 2: there should be 7 lines before this one"),
        ("HEAD\n{\"end\":1}", "line 2: there is no account"),
        ("HEAD\n{\"end\":1}\n{}", "line 3: no JSON object"),
        ("HEAD\n{\"end\":1}\n{\"end\":2}", "line 3: a line after the last one"),
        ("HEAD\n{\"account\":\"acct_1\"}", "line 2: an account before its world"),
        ("HEAD\n{\"surprise\":1}", "line 2: `surprise` is not known"),
        ("HEAD\n{\"kind\":\"charge\",\"id\":\"ch_1\",\"created\":1,\"text\":{}}", "line 2: a line before its account"),
        ("HEAD\n{\"world\":{}}", "line 2: `configuration` is missing"),
        (
            "HEAD\n{\"world\":{\"configuration\":{\"seed\":\"x\"}}}",
            "line 2: `configuration` `seed` is not a whole number"
        ),
    ])
    func `a file that is no world names its line`(text: String, reason: String) {
        let host = EmulatorHost(configuration: .standard)
        let whole = text.replacing("HEAD", with: #"{"keybrake_world":1,"name":"w"}"#)
        #expect {
            try host.load(world: "w", from: Array(whole.utf8))
        } throws: { "\($0)".hasPrefix(reason) }
        #expect(host.worlds().isEmpty)
    }

    @Test func `damage to any line is noticed`() throws {
        let bench = Self.bench()
        var life = Life(seed: 7)
        for _ in 0..<12 { _ = life.step(bench) }
        let lines = try bench.host.save(world: "w").split(separator: 0x0A)
        for missing in lines.indices {
            let text = lines.indices.filter { $0 != missing }.map { lines[$0] }.joined(separator: [0x0A])
            #expect(throws: EmulatorHost.Failure.self) {
                try bench.host.load(world: "damaged", from: Array(text))
            }
            let cut = lines[...missing].joined(separator: [0x0A]).dropLast()
            #expect(throws: EmulatorHost.Failure.self) { try bench.host.load(world: "damaged", from: Array(cut)) }
        }
        #expect(bench.host.worlds() == ["w"])
    }

    @Test func `a saved world keeps what it may hold to the host's limits`() throws {
        let bench = Bench { $0.clock = .frozen(atUnixSeconds: 5) }
        for _ in 0..<5 { _ = bench.post("/v1/customers") }
        let text = try bench.host.save(world: "w")
        let small = Bench { $0.objectsMax = 3 }
        #expect { try small.host.load(world: "w", from: text) } throws: { "\($0)".hasSuffix("more than 3 objects") }
        let large = Bench { $0.objectsMax = 8 }
        try large.host.load(world: "w", from: text)
        #expect(large.post("/v1/customers")["created"] == 5)
        #expect(large.post("/v1/customers").status == 507)
    }
}
