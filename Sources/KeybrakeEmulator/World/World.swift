internal import KeybrakeStripe

/// One isolated emulated Stripe: a platform account, its connected accounts, and their time.
///
/// A value without locks. A copy is a fork: the two share their storage until one of them changes.
struct World: Sendable {
    let name: String
    private(set) var configuration: EmulatorConfiguration
    var clock: WorldClock
    var platform: Account
    var connected = Neighbours()
    /// Nothing is due in any account before this.
    private var quietUntil = Int64.max
    /// How many events of each connected account the platform's endpoints have heard of.
    var toldPlatform: [String: Int] = [:]
    var faults: FaultPlan
    var rateLimiter = RateLimiter()
    private var keysInFlight = KeysInFlight()
    var keys = KeyRing()
    var versions = Versions()

    init(name: String, configuration: EmulatorConfiguration) {
        self.name = name
        self.configuration = configuration
        clock = WorldClock(configuration.clock)
        faults = FaultPlan(seed: StableHash.of(name, seed: configuration.seed))
        var ids = IDSource(seed: configuration.seed, name: name)
        let id = "acct_1" + ids.letters(15)
        platform = Account(id: id, worldName: name, platformID: id, configuration: configuration)
    }

    /// The answer to a call, with everything that it changes.
    mutating func handle(_ call: EmulatorCall, atUnixSeconds shellTime: Int64) -> EmulatorAnswer {
        let now = clock.read(atUnixSeconds: shellTime)
        let account = call.account ?? platform.id
        if let refusal = keys.refusal(of: call, account: account, now: now) {
            return AnswerWriter.failure(refusal, call: call, layer: .state)
        }
        begin(now)
        keysInFlight.tick(shellTime)
        if let refusal = keysInFlight.refusal(of: call, account: account) {
            return AnswerWriter.failure(refusal, call: call, layer: .state)
        }
        if let reason = rateLimiter.refusal(of: call, account: account, now: now) {
            var answer = AnswerWriter.failure(RateLimiter.error(), call: call, layer: .state)
            answer.headers.append(("Stripe-Rate-Limited-Reason", reason))
            return answer
        }
        do throws(StripeError) {
            try versions.take(call.apiVersion, isLenient: configuration.isLenient)
            // A request that brings its own fault does not meet the world's rules.
            let fault =
                if let header = call.faultHeader { try Fault(header) } else {
                    faults.fault(for: call, account: account, now: now)
                }
            return fault.map { answer(call, through: $0, now: now) } ?? dispatch(call, now: now)
        } catch {
            return AnswerWriter.failure(error, call: call, layer: .state)
        }
    }

    /// The answer as a fault leaves it.
    private mutating func answer(_ call: EmulatorCall, through fault: Fault, now: Int64) -> EmulatorAnswer {
        var answer = fault.isExecuted ? dispatch(call, now: now) : AnswerWriter.nothing(call)
        if let error = fault.error { answer = AnswerWriter.failure(error, call: call, layer: .state) }
        answer = fault.applied(to: answer)
        if fault.isExecuted { keysInFlight.hold(call, account: call.account ?? platform.id, answer) }
        return answer
    }

    /// The answer of the account that the call names. A connected one begins when it is named for the first time,
    /// unless the world is strict.
    private mutating func dispatch(_ call: EmulatorCall, now: Int64) -> EmulatorAnswer {
        runDue(until: now)
        let id = call.account ?? platform.id
        let isKnown = id == platform.id || act(as: platform.id) { $0.admits(id) } ?? false
        guard isKnown else {
            return AnswerWriter.failure(APIKeys.unknownAccount(id, key: call.apiKey), call: call, layer: .state)
        }
        if id != platform.id, !connected.contains(id) { connected.add(platform.connected(id, now: now)) }
        let answer = act(as: id) { $0.answer(call, now: now) } ?? AnswerWriter.nothing(call)
        return APIKeys.Kind(call.apiKey) == .publishable ? PublishableCalls.reduced(answer) : answer
    }

    /// The platform, then the connected ones by their ids.
    var accounts: [Account] { [platform] + connected.ids.compactMap { connected[$0] } }

    /// Lets an account act with the others as its neighbours; `nil` when there is none of that id.
    mutating func act<Outcome>(as id: String, _ body: (inout Account) -> Outcome) -> Outcome? {
        let home = platform.id
        if id != home { guard bring(id) else { return nil } }
        swap(&platform.neighbours, &connected)
        let outcome = body(&platform)
        swap(&platform.neighbours, &connected)
        quietUntil = min(quietUntil, platform.agenda.nextTime ?? .max, connected.soonestDue)
        let changed = connected.visited.union([id])
        connected.forgetVisits()
        if id != home { _ = bring(home) }
        for id in changed where id != home { tellPlatform(of: id) }
        return outcome
    }

    /// Exchanges the account in the first place with a connected one. Nothing is copied: the two change places.
    private mutating func bring(_ id: String) -> Bool {
        guard var account = connected.remove(id) else { return false }
        swap(&account, &platform)
        connected.add(consume account)
        return true
    }

    /// Lets happen what is due in any account, in the order of time.
    mutating func runDue(until now: Int64) {
        while quietUntil <= now {
            let times = [platform.agenda.nextTime, connected.nextTime].compactMap(\.self)
            guard let time = times.min(), time <= now else {
                quietUntil = times.min() ?? .max
                return
            }
            _ = act(as: platform.id) { $0.runDue(until: time) }
            for id in connected.ids where connected.isDue(id, by: time) { _ = act(as: id) { $0.runDue(until: time) } }
        }
    }

    /// Chooses what happens to calls that name unknown objects, and whether answers may be made up from shapes.
    mutating func set(isLenient: Bool, isStrict: Bool) {
        configure {
            $0.isLenient = isLenient
            $0.isStrict = isStrict
        }
    }

    /// Changes how all accounts of the world work.
    mutating func configure(_ change: (inout EmulatorConfiguration) -> Void) {
        change(&configuration)
        for id in [platform.id] + connected.ids {
            _ = act(as: id) { [configuration] in $0.configuration = configuration }
        }
    }

    /// Moves the clock on and lets happen what falls due until then.
    ///
    /// - Returns: the time reached, or `nil` when it lies in the past.
    mutating func advance(to target: Int64, atUnixSeconds shellTime: Int64) -> Int64? {
        begin(clock.read(atUnixSeconds: shellTime))
        guard clock.advance(to: target, atUnixSeconds: shellTime) else { return nil }
        runDue(until: target)
        return target
    }

    /// The cardholder answers the challenge of a PaymentIntent.
    mutating func authenticate(_ intent: String, passes: Bool, atUnixSeconds shellTime: Int64) throws(StripeError) {
        let now = clock.read(atUnixSeconds: shellTime)
        begin(now)
        runDue(until: now)
        let failure = act(as: platform.id) { account -> StripeError? in
            do throws(StripeError) {
                try account.inTime(of: intent, now: now) { account, cause throws(StripeError) in
                    guard !intent.hasPrefix("seti_") else {
                        return try SetupIntents.authenticate(intent, passes: passes, &account, cause)
                    }
                    try PaymentConfirmation.authenticate(intent, passes: passes, &account, cause)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure = failure ?? nil { throw failure }
    }

    /// What a hosted page shows or does; a connected account that nobody has named yet has no pages.
    mutating func page(_ request: HostedPageRequest, atUnixSeconds shellTime: Int64) -> EmulatorAnswer {
        let now = clock.read(atUnixSeconds: shellTime)
        begin(now)
        runDue(until: now)
        return act(as: request.account ?? platform.id) { HostedPages.answer(request, &$0, now: now) }
            ?? PageAnswer.notFound
    }

    /// The pages of a copy are under the copy's name. What was made before still shows the addresses of the original.
    mutating func addressPages(as copy: String) {
        for id in [platform.id] + connected.ids { _ = act(as: id) { $0.pagesWorld = copy } }
    }

    func paymentsCSV() -> [UInt8] {
        PaymentsExport.csv(platform)
    }

    /// The answer to a call for which there is no world.
    static func refusal(of call: EmulatorCall, worldsMax: Int) -> EmulatorAnswer {
        let error = StripeError(
            status: 503, kind: .api, message: "The emulator holds \(worldsMax) worlds already; delete one first.")
        return AnswerWriter.failure(error, call: call, layer: .state)
    }

    /// Fixtures are made at the world's first use, so that they bear its time.
    mutating func begin(_ now: Int64) {
        guard !hasBegun else { return }
        hasBegun = true
        if configuration.seedsFixtures { Seeds.addFixtures(to: &platform, now: now) }
    }

    private var hasBegun = false
}

// MARK: Saving

extension World {
    /// What is saved of a world itself; a member that is in none of the lists makes a test fail.
    static var savedMembers: [SavedMember<World>] {
        [
            .init("configuration", \.configuration), .init("clock", \.clock), .init("quietUntil", \.quietUntil),
            .init("faults", \.faults), .init("rateLimiter", \.rateLimiter), .init("hasBegun", \.hasBegun),
            .init("toldPlatform", \.toldPlatform), .init("keysInFlight", \.keysInFlight), .init("keys", \.keys),
            .init("versions", \.versions),
        ]
    }
    /// Saved line by line.
    static let lineMembers = ["name", "platform", "connected"]

    /// Takes the accounts of a saved world in the place of its own.
    mutating func take(accounts: [Account], platform id: String) {
        connected = Neighbours()
        for account in accounts {
            if account.id == id { platform = account } else { connected.add(account) }
        }
    }

    /// What does not belong to the world but to the host it is in: what it may hold, and where its pages are.
    mutating func move(into host: EmulatorConfiguration) {
        configuration.pagesBaseURL = host.pagesBaseURL
        configuration.worldsMax = host.worldsMax
        configuration.objectsMax = host.objectsMax
        configuration.idempotencyKeysMax = host.idempotencyKeysMax
    }
}
