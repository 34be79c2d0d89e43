internal import KeybrakeStripe

/// The events that are to be sent to endpoints, and how sending them went. Sending is the shell's.
struct WebhookQueue: Sendable {
    /// One event on its way to one endpoint.
    struct Entry: Sendable {
        let id: String
        let endpoint: String
        let url: String
        /// The place of the event in the account's log.
        let event: Int
        var attempts = 0
        var dueAt: Int64
        /// Handed out, and not reported back yet.
        var isUnderway = false
    }

    /// What an endpoint listens to.
    private struct Listener: Sendable {
        let endpoint: String
        let url: String
        let types: Set<String>

        func hears(_ type: String) -> Bool { types.contains("*") || types.contains(type) }
    }

    /// How long to wait before the second, third and fourth attempt.
    static let retrySeconds: [Int64] = [3_600, 7_200, 14_400]
    /// How many deliveries wait at most; the oldest are given up first.
    static let entriesMax = 100_000

    private(set) var entries: [Entry] = []
    private var listeners: [Listener] = []

    var isSilent: Bool { listeners.isEmpty }

    /// Reads the endpoints again after a change.
    mutating func refresh(_ store: ObjectStore) {
        listeners = (store.collection(.webhookEndpoint)?.objects ?? []).compactMap { object in
            guard !object.isDeleted, object.text("status") == "enabled" else { return nil }
            let tree = object.tree
            let types = tree["enabled_events"]?.arrayValue?.compactMap(\.stringValue) ?? []
            return Listener(endpoint: object.id, url: tree.text("url") ?? "", types: Set(types))
        }
        let known = Set(listeners.map(\.endpoint))
        entries.removeAll { !known.contains($0.endpoint) }
    }

    mutating func add(_ type: String, event: Int, now: Int64, _ ids: inout IDSource) {
        for listener in listeners where listener.hears(type) {
            if entries.count >= Self.entriesMax { entries.removeFirst(Self.entriesMax / 10) }
            entries.append(
                Entry(id: ids.next("whd"), endpoint: listener.endpoint, url: listener.url, event: event, dueAt: now))
        }
    }

    /// The deliveries that are due, which are underway from now on.
    mutating func take(until now: Int64, limit: Int) -> [Entry] {
        var taken: [Entry] = []
        for index in entries.indices where !entries[index].isUnderway && entries[index].dueAt <= now {
            guard taken.count < limit else { break }
            entries[index].isUnderway = true
            entries[index].attempts += 1
            taken.append(entries[index])
        }
        return taken
    }

    /// An attempt has ended; a failed one comes again later, three times.
    mutating func report(_ id: String, succeeded: Bool, now: Int64) {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
        let attempts = max(1, entries[index].attempts)
        guard !succeeded, attempts <= Self.retrySeconds.count else {
            entries.remove(at: index)
            return
        }
        entries[index].isUnderway = false
        entries[index].dueAt = now + Self.retrySeconds[attempts - 1]
    }
}
