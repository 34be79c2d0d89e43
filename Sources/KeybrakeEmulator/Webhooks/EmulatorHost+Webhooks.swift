package import KeybrakeStripe
internal import Synchronization

/// Webhooks of a world: what is to be sent, how it went, and what goes wrong on purpose.
extension EmulatorHost {
    static let logMax = 10_000

    /// The webhook deliveries of a world that are due, at most that many, oldest first; each is underway until
    /// ``report(_:status:response:world:atUnixSeconds:)`` says how it went.
    package func takeDeliveries(world name: String, limit: Int, atUnixSeconds now: Int64) -> [WebhookDelivery] {
        guard let cell = try? cell(name) else { return [] }
        return cell.world.withLock { $0.takeDeliveries(limit: limit, atUnixSeconds: now) }
    }

    /// A delivery was answered with that status, or with none; without one of 2xx it is due again after 1, 2 and 4
    /// hours of the world's clock.
    ///
    /// - Parameter response: the beginning of the answer, or why none came; 1 KB of it is remembered.
    /// - Returns: whether the delivery was underway.
    @discardableResult
    package func report(
        _ delivery: WebhookDelivery, status: Int?, response: String = "", world name: String, atUnixSeconds now: Int64
    ) -> Bool {
        guard let cell = try? cell(name) else { return false }
        return cell.world.withLock {
            $0.report(delivery, status: status, response: response, atUnixSeconds: now)
        }
    }

    /// The deliveries of a world, the newest first: `id`, `event`, `type`, `endpoint`, `account`, `connect`, `manual`,
    /// `status` (`waiting`, `underway`, `succeeded`, `failed`, `abandoned`), `next_attempt`, and `attempts` with their
    /// `time`, `status` and `response`.
    package func deliveries(
        world name: String, event: String? = nil, endpoint: String? = nil, limit: Int = 100
    ) throws(Failure) -> JSONValue {
        guard (1...Self.logMax).contains(limit) else {
            throw Failure(description: "`limit` is a whole number from 1 to \(Self.logMax)")
        }
        return try cell(name).world.withLock { $0.deliveryLog(event: event, endpoint: endpoint, limit: limit) }
    }

    /// Sends an event once more: to the endpoint, whatever it listens to, or to all that listen to the event. Such a
    /// delivery is tried once.
    ///
    /// - Returns: the deliveries, as the log lists them.
    /// - Throws: ``Failure`` when there is no such event, or no such endpoint that is enabled.
    package func resend(event: String, endpoint: String? = nil, world name: String, atUnixSeconds now: Int64)
        throws(Failure) -> JSONValue
    {
        try cell(name).world.withLock { world throws(Failure) in
            try world.resend(event: event, endpoint: endpoint, atUnixSeconds: now)
        }
    }

    /// Gives an endpoint a new secret; the one from before signs as well for so long, at most a day.
    ///
    /// - Returns: the new secret.
    /// - Throws: ``Failure`` when there is no such endpoint, or the time is too long.
    package func rollWebhookSecret(
        endpoint: String, keepingOldForSeconds seconds: Int64, world name: String, atUnixSeconds now: Int64
    ) throws(Failure) -> String {
        guard (0...WebhookSecrets.overlapSecondsMax).contains(seconds) else {
            throw Failure(
                description: "an old secret stays valid for 0 to \(WebhookSecrets.overlapSecondsMax) seconds")
        }
        return try cell(name).world.withLock { world throws(Failure) in
            try world.rollSecret(endpoint: endpoint, keepingOldFor: seconds, atUnixSeconds: now)
        }
    }

    /// The secrets of an endpoint that are valid now, the newest first.
    package func webhookSecrets(endpoint: String, world name: String, atUnixSeconds now: Int64) throws(Failure)
        -> [String]
    {
        try cell(name).world.withLock { world throws(Failure) in
            try world.secrets(endpoint: endpoint, atUnixSeconds: now)
        }
    }

    /// Chooses what goes wrong with a world's deliveries: `duplicate_every`, `disorder`, `delay_seconds`,
    /// `bad_signature_every`; `{}` is nothing.
    ///
    /// - Returns: the switches as they are from now on.
    package func setWebhookSwitches(_ switches: JSONValue, world name: String) throws(Failure) -> JSONValue {
        let read = try WebhookSwitches(switches)
        try cell(name).world.withLock { $0.configure { $0.webhookSwitches = read } }
        return read.json
    }

    package func webhookSwitches(world name: String) throws(Failure) -> JSONValue {
        try cell(name).world.withLock { $0.configuration.webhookSwitches.json }
    }
}
