internal import KeybrakeStripe

/// One isolated emulated Stripe: a platform account, its connected accounts, and their time.
///
/// A value without locks. A copy is a fork: the two share their storage until one of them changes.
struct World: Sendable {
    let name: String
    private(set) var configuration: EmulatorConfiguration
    var clock: WorldClock
    private(set) var platform: Account
    private var connected: [String: Account] = [:]
    var faults: FaultPlan
    var rateLimiter = RateLimiter()

    init(name: String, configuration: EmulatorConfiguration) {
        self.name = name
        self.configuration = configuration
        clock = WorldClock(configuration.clock)
        faults = FaultPlan(seed: StableHash.of(name, seed: configuration.seed))
        var ids = IDSource(seed: configuration.seed, name: name)
        platform = Account(id: "acct_1" + ids.letters(15), worldName: name, configuration: configuration)
    }

    /// The answer to a call, with everything that it changes.
    mutating func handle(_ call: EmulatorCall, atUnixSeconds shellTime: Int64) -> EmulatorAnswer {
        let now = clock.read(atUnixSeconds: shellTime)
        if let refusal = APIKeys.refusal(of: call.apiKey) {
            return AnswerWriter.failure(refusal, call: call, layer: .state)
        }
        begin(now)
        let account = call.account ?? platform.id
        if let reason = rateLimiter.refusal(of: call, account: account, now: now) {
            var answer = AnswerWriter.failure(RateLimiter.error(), call: call, layer: .state)
            answer.headers.append(("Stripe-Rate-Limited-Reason", reason))
            return answer
        }
        do throws(StripeError) {
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
        return fault.applied(to: answer)
    }

    /// The answer of the account that the call names; a connected one begins when it is named for the first time.
    private mutating func dispatch(_ call: EmulatorCall, now: Int64) -> EmulatorAnswer {
        guard let id = call.account, id != platform.id else {
            return platform.answer(call, now: now)
        }
        guard id.hasPrefix("acct_"), id.utf8.count <= 64 else {
            return AnswerWriter.failure(APIKeys.unknownAccount(id, key: call.apiKey), call: call, layer: .state)
        }
        if connected[id] == nil { connected[id] = fresh(id, now: now) }
        return connected[id]?.answer(call, now: now) ?? AnswerWriter.nothing(call)
    }

    private func fresh(_ id: String, now: Int64) -> Account {
        var account = Account(id: id, worldName: name, configuration: configuration)
        if configuration.seedsFixtures { Seeds.addFixtures(to: &account, now: now) }
        return account
    }

    /// Chooses what happens to calls that name unknown objects, and whether answers may be made up from shapes.
    mutating func set(isLenient: Bool, isStrict: Bool) {
        configuration.isLenient = isLenient
        configuration.isStrict = isStrict
        platform.configuration = configuration
        for id in connected.keys { connected[id]?.configuration = configuration }
    }

    /// Moves the clock on and lets happen what falls due until then.
    ///
    /// - Returns: the time reached, or `nil` when it lies in the past.
    mutating func advance(to target: Int64, atUnixSeconds shellTime: Int64) -> Int64? {
        begin(clock.read(atUnixSeconds: shellTime))
        guard clock.advance(to: target, atUnixSeconds: shellTime) else { return nil }
        platform.runDue(until: target)
        for id in connected.keys { connected[id]?.runDue(until: target) }
        return target
    }

    /// The cardholder answers the challenge of a PaymentIntent.
    mutating func authenticate(_ intent: String, passes: Bool, atUnixSeconds shellTime: Int64) throws(StripeError) {
        let now = clock.read(atUnixSeconds: shellTime)
        begin(now)
        platform.runDue(until: now)
        guard !intent.hasPrefix("seti_") else {
            try platform.inTime(of: intent, now: now) { account, cause throws(StripeError) in
                try SetupIntents.authenticate(intent, passes: passes, &account, cause)
            }
            return
        }
        try platform.inTime(of: intent, now: now) { account, cause throws(StripeError) in
            try PaymentConfirmation.authenticate(intent, passes: passes, &account, cause)
        }
    }

    /// Puts objects into the platform account.
    mutating func seed(lines: [UInt8], atUnixSeconds shellTime: Int64) -> Result<Int, SeedFailure> {
        let now = clock.read(atUnixSeconds: shellTime)
        begin(now)
        return Seeds.read(lines, into: &platform, now: now)
    }

    /// The webhook deliveries that are due in any of the world's accounts; each is underway until it is reported.
    mutating func takeDeliveries(limit: Int, atUnixSeconds shellTime: Int64) -> [WebhookDelivery] {
        let now = clock.read(atUnixSeconds: shellTime)
        platform.runDue(until: now)
        var deliveries = platform.takeDeliveries(until: now, limit: limit)
        for id in connected.keys.sorted() where deliveries.count < limit {
            connected[id]?.runDue(until: now)
            deliveries += connected[id]?.takeDeliveries(until: now, limit: limit - deliveries.count) ?? []
        }
        return deliveries
    }

    mutating func report(_ delivery: WebhookDelivery, succeeded: Bool, atUnixSeconds shellTime: Int64) {
        let now = clock.read(atUnixSeconds: shellTime)
        if delivery.account == platform.id {
            platform.webhooks.report(delivery.id, succeeded: succeeded, now: now)
        } else {
            connected[delivery.account]?.webhooks.report(delivery.id, succeeded: succeeded, now: now)
        }
    }

    /// The platform account's objects as seed lines.
    func exportLines() -> [UInt8] {
        Seeds.write(platform)
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
    private mutating func begin(_ now: Int64) {
        guard !hasBegun else { return }
        hasBegun = true
        if configuration.seedsFixtures { Seeds.addFixtures(to: &platform, now: now) }
    }

    private var hasBegun = false
}
