package import KeybrakeStripe
internal import Synchronization

/// Faults and limits of a world, on demand.
extension EmulatorHost {
    /// Adds a rule that lets faults befall the world's calls:
    ///
    ///     {"operation": "POST /v1/charges", "nth": 3, "fault": {"status": 500, "should_retry": true}}
    ///
    /// `operation` is a method and a path template, which may end with `*`; `*` alone is every operation. At most one
    /// of `nth`, `every`, `first` counts the calls that the rule is about. `probability_ppm` throws the world's own
    /// dice, the same on every run.
    /// `account`, `conversation`, `idempotency_key` narrow the rule; `times` ends it; `id` names it.
    /// `fault` is the text of an `X-Keybrake-Fault` header, or an object of its words.
    ///
    /// - Returns: the rule as ``faultRules(world:)`` lists it.
    /// - Throws: ``Failure`` that names the member at fault.
    package func addFaultRule(_ rule: JSONValue, world name: String) throws(Failure) -> JSONValue {
        try cell(name).world.withLock { world throws(Failure) in try world.faults.add(rule) }
    }

    /// The rules of a world in the order of their making: as they were given, with `id`, `matched` (the calls that the
    /// rule was about), `fired`, `remaining`, `last_request` and `last_fired`.
    package func faultRules(world name: String) throws(Failure) -> JSONValue {
        try cell(name).world.withLock { $0.faults.json }
    }

    /// Takes a rule away.
    ///
    /// - Throws: ``Failure`` when there is none of that id.
    package func deleteFaultRule(id: String, world name: String) throws(Failure) {
        guard try cell(name).world.withLock({ $0.faults.delete(id) }) else {
            throw Failure(description: "there is no fault rule \(id.prefix(64)) in this world")
        }
    }

    /// Takes all rules of a world away.
    package func clearFaultRules(world name: String) throws(Failure) {
        try cell(name).world.withLock { $0.faults.clear() }
    }

    /// Switches a world's rate limits on, or off with `null`: `{}` is what Stripe's sandboxes have.
    ///
    /// - Returns: the limits that hold from now on.
    /// - Throws: ``Failure`` that names the member at fault.
    package func setRateLimits(_ limits: JSONValue, world name: String) throws(Failure) -> JSONValue {
        let read = limits.isNull ? nil : try RateLimits(limits)
        try cell(name).world.withLock { $0.rateLimiter.limits = read }
        return read?.json ?? .null
    }

    /// The rate limits of a world; `null` when none hold.
    package func rateLimits(world name: String) throws(Failure) -> JSONValue {
        try cell(name).world.withLock { $0.rateLimiter.limits?.json ?? .null }
    }
}
