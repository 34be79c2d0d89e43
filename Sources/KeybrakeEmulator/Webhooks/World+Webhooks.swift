internal import KeybrakeStripe

/// Events on their way out of a world, whichever of its accounts they are of.
extension World {
    /// Events of a connected account go to the platform's Connect endpoints as well.
    mutating func tellPlatform(of id: String) {
        guard let account = connected[id] else { return }
        let entries = account.events.entries
        let told = toldPlatform[id] ?? 0
        toldPlatform[id] = entries.count
        guard told < entries.count, platform.webhooks.listeners.contains(where: \.isConnect) else { return }
        for position in told..<entries.count {
            let entry = entries[position]
            platform.webhooks.add(
                .init(account: id, position: position, id: entry.id, type: entry.type), isConnect: true,
                configuration.webhookSwitches, now: entry.created)
        }
    }

    /// Whether any account has an endpoint.
    var hasWebhooks: Bool {
        !platform.webhooks.listeners.isEmpty
            || connected.ids.contains { connected[$0]?.webhooks.listeners.isEmpty == false }
    }

    /// The webhook deliveries that are due in any of the world's accounts; each is underway until it is reported.
    mutating func takeDeliveries(limit: Int, atUnixSeconds shellTime: Int64) -> [WebhookDelivery] {
        let now = clock.read(atUnixSeconds: shellTime)
        runDue(until: now)
        var deliveries = take(from: platform.id, limit: limit, now: now)
        for id in connected.ids where deliveries.count < limit {
            deliveries += take(from: id, limit: limit - deliveries.count, now: now)
        }
        return deliveries
    }

    /// An attempt has ended.
    ///
    /// - Returns: whether it was underway.
    mutating func report(
        _ delivery: WebhookDelivery, status: Int?, response: String, atUnixSeconds shellTime: Int64
    ) -> Bool {
        let now = clock.read(atUnixSeconds: shellTime)
        return act(as: delivery.account) {
            $0.webhooks.report(delivery.id, status: status, response: response, now: now)
        } ?? false
    }

    /// The deliveries of the platform and of all connected accounts, the newest first within each.
    func deliveryLog(event: String?, endpoint: String?, limit: Int) -> JSONValue {
        var records: [WebhookRecord] = []
        for account in [platform] + connected.ids.compactMap({ connected[$0] })
        where records.count < limit {
            records += account.webhooks.log(event: event, endpoint: endpoint, limit: limit - records.count)
        }
        return .array(records.map(\.json))
    }

    /// Sends an event once more: to the endpoint, or to all that listen to it.
    mutating func resend(event id: String, endpoint: String?, atUnixSeconds shellTime: Int64)
        throws(EmulatorHost.Failure) -> JSONValue
    {
        let now = clock.read(atUnixSeconds: shellTime)
        let (holder, event) = try find(event: id)
        var records: [WebhookRecord] = []
        for owner in Set([holder, platform.id]).sorted() {
            let isConnect = owner != holder
            let heard = account(owner)?.webhooks.listeners.filter { listener in
                guard listener.isConnect == isConnect else { return false }
                return endpoint.map { $0 == listener.endpoint } ?? listener.hears(event.type)
            }
            for listener in heard ?? [] {
                let record = act(as: owner) { $0.webhooks.resend(event, to: listener, now: now) }
                if let record { records.append(record) }
            }
        }
        guard endpoint == nil || !records.isEmpty else {
            throw EmulatorHost.Failure(description: "no enabled endpoint \(endpoint ?? "") can be sent this event")
        }
        return .array(records.map(\.json))
    }

    /// Gives an endpoint a new secret.
    mutating func rollSecret(endpoint: String, keepingOldFor seconds: Int64, atUnixSeconds shellTime: Int64)
        throws(EmulatorHost.Failure) -> String
    {
        let now = clock.read(atUnixSeconds: shellTime)
        let owner = try owner(ofEndpoint: endpoint)
        return act(as: owner) { $0.webhookSecrets.roll(endpoint, keepingOldFor: seconds, now: now) } ?? ""
    }

    /// The secrets of an endpoint that are valid now, the newest first.
    func secrets(endpoint: String, atUnixSeconds shellTime: Int64) throws(EmulatorHost.Failure) -> [String] {
        let owner = try owner(ofEndpoint: endpoint)
        return account(owner)?.webhookSecrets.valid(endpoint, now: clock.now(atUnixSeconds: shellTime)) ?? []
    }

    private mutating func take(from id: String, limit: Int, now: Int64) -> [WebhookDelivery] {
        let taken = act(as: id) { $0.webhooks.take(until: now, limit: limit) } ?? []
        return taken.compactMap { record, listener in
            guard let entry = account(record.event.account)?.events.entries[record.event.position] else { return nil }
            let version = listener.apiVersion ?? Catalogue.shared.apiVersion
            let body =
                listener.isThin || ThinEvents.isOnlyThin(entry.type)
                ? ThinEvents.bytes(entry)
                : entry.bytes(
                    apiVersion: version, pendingWebhooks: account(id)?.webhooks.undelivered(entry.id) ?? 0,
                    account: record.isConnect ? record.event.account : nil)
            let switches = configuration.webhookSwitches
            let isBad = act(as: id) { $0.webhooks.hasBadSignature(switches) } ?? false
            let signature = account(id)?.webhookSecrets.signature(
                of: body, endpoint: record.endpoint, atUnixSeconds: now, isBad: isBad)
            return WebhookDelivery(
                id: record.id, account: id, endpoint: record.endpoint, url: listener.url, body: body,
                signature: signature ?? "", attempt: record.attempts.count + 1)
        }
    }

    private func account(_ id: String) -> Account? {
        id == platform.id ? platform : connected[id]
    }

    private func find(event id: String) throws(EmulatorHost.Failure) -> (String, WebhookRecord.Event) {
        for owner in [platform.id] + connected.ids {
            guard let log = account(owner)?.events, let position = log.position(of: id) else { continue }
            return (owner, .init(account: owner, position: position, id: id, type: log.type(at: position)))
        }
        throw EmulatorHost.Failure(description: "there is no event \(id.prefix(64)) in this world")
    }

    private func owner(ofEndpoint id: String) throws(EmulatorHost.Failure) -> String {
        for owner in [platform.id] + connected.ids {
            if account(owner)?.store.object(.webhookEndpoint, id: id)?.isDeleted == false { return owner }
        }
        throw EmulatorHost.Failure(description: "there is no webhook endpoint \(id.prefix(64)) in this world")
    }
}
