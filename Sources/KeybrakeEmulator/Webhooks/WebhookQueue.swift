internal import KeybrakeStripe

/// The events that are to be sent to an account's endpoints, and how sending them went. Sending is the shell's.
struct WebhookQueue: Sendable, Codable {
    /// How long to wait before the second, third and fourth attempt.
    static let retrySeconds: [Int64] = [3_600, 7_200, 14_400]
    /// How many deliveries are remembered at most; the oldest are forgotten first.
    static let recordsMax = 100_000
    static let responseBytesMax = 1_024

    /// When a record is due; of those due at the same time, in which order.
    private struct Turn: Sendable, Codable {
        let time: Int64
        let order: Int
        let number: Int

        func isBefore(_ other: Turn) -> Bool { time == other.time ? order < other.order : time < other.time }
    }

    private(set) var listeners: [WebhookListener] = []
    private var records: [WebhookRecord] = []
    /// The number of the first remembered record.
    private var firstNumber = 0
    private var numbers: [String: Int] = [:]
    private var turns: [Turn] = []
    private var order = 0
    /// How many endpoints have not got an event yet.
    private var undelivered: [String: Int] = [:]
    /// Deliveries that wait for another one to change places with, by endpoint.
    private var held: [String: Int] = [:]
    private var made = 0
    private var sent = 0
    private var ids: IDSource

    init(seed: UInt64) {
        ids = IDSource(seed: seed, name: "webhook deliveries")
    }

    /// How many endpoints have not got an event yet, or never will.
    func undelivered(_ event: String) -> Int { undelivered[event] ?? 0 }

    /// Reads the endpoints again after a change.
    mutating func refresh(_ store: ObjectStore) {
        listeners = (store.collection(.webhookEndpoint)?.objects ?? []).compactMap { WebhookListener($0) }
        let destinations = store.collection(EventDestinations.kind)?.objects ?? []
        listeners += destinations.compactMap { WebhookListener(destination: $0) }
    }

    /// Queues an event for those endpoints that listen to it.
    mutating func add(_ event: WebhookRecord.Event, isConnect: Bool, _ switches: WebhookSwitches, now: Int64) {
        for listener in listeners where listener.isConnect == isConnect && listener.hears(event.type) {
            let endpoint = listener.endpoint
            made += 1
            let copies = switches.duplicateEvery.map { made % $0 == 0 } == true ? 2 : 1
            for _ in 0..<copies {
                let due = now + switches.delaySeconds
                let number = append(event, endpoint: endpoint, isConnect: isConnect, isManual: false, dueAt: due)
                if switches.isDisordered { disorder(number, endpoint: endpoint, due: due) } else { wait(number, due) }
            }
        }
    }

    /// Queues an event for one endpoint, whatever it listens to.
    mutating func resend(_ event: WebhookRecord.Event, to listener: WebhookListener, now: Int64) -> WebhookRecord {
        let number = append(
            event, endpoint: listener.endpoint, isConnect: listener.isConnect, isManual: true, dueAt: now)
        wait(number, now)
        return records[number - firstNumber]
    }

    /// The deliveries that are due, which are underway from now on.
    mutating func take(until now: Int64, limit: Int) -> [(record: WebhookRecord, listener: WebhookListener)] {
        var taken: [(record: WebhookRecord, listener: WebhookListener)] = []
        var looked = 0
        while looked < turns.count, turns[looked].time <= now, taken.count < limit {
            let number = turns[looked].number
            looked += 1
            guard number >= firstNumber else { continue }
            let index = number - firstNumber
            if held[records[index].endpoint] == number { held[records[index].endpoint] = nil }
            guard let listener = listeners.first(where: { $0.endpoint == records[index].endpoint }) else {
                records[index].status = .abandoned
                continue
            }
            records[index].status = .underway
            records[index].startedAt = now
            taken.append((records[index], listener))
        }
        turns.removeFirst(looked)
        return taken
    }

    /// Whether the attempt that is sent now gets a signature that does not fit.
    mutating func hasBadSignature(_ switches: WebhookSwitches) -> Bool {
        sent += 1
        return switches.badSignatureEvery.map { sent % $0 == 0 } ?? false
    }

    /// An attempt has ended; a failed one comes again later, three times.
    ///
    /// - Returns: whether the delivery was underway.
    mutating func report(_ id: String, status: Int?, response: String, now: Int64) -> Bool {
        guard let number = numbers[id], records[number - firstNumber].status == .underway else { return false }
        let index = number - firstNumber
        let excerpt = String(decoding: response.utf8.prefix(Self.responseBytesMax), as: UTF8.self)
        records[index].attempts.append(.init(time: now, status: status, response: excerpt))
        if let status, (200...299).contains(status) {
            records[index].status = .succeeded
            settle(records[index].event.id)
            return true
        }
        let attempts = records[index].attempts.count
        guard !records[index].isManual, attempts <= Self.retrySeconds.count else {
            records[index].status = .failed
            return true
        }
        records[index].status = .waiting
        records[index].dueAt = now + Self.retrySeconds[attempts - 1]
        wait(number, records[index].dueAt)
        return true
    }

    /// The remembered deliveries, the newest first.
    func log(event: String?, endpoint: String?, limit: Int) -> [WebhookRecord] {
        Array(
            records.reversed().lazy
                .filter { (event == nil || $0.event.id == event) && (endpoint == nil || $0.endpoint == endpoint) }
                .prefix(limit))
    }

    private mutating func append(
        _ event: WebhookRecord.Event, endpoint: String, isConnect: Bool, isManual: Bool, dueAt: Int64
    ) -> Int {
        if records.count >= Self.recordsMax { forget(Self.recordsMax / 10) }
        let number = firstNumber + records.count
        let record = WebhookRecord(
            id: ids.next("whd"), endpoint: endpoint, event: event, isConnect: isConnect, isManual: isManual,
            dueAt: dueAt)
        records.append(record)
        numbers[record.id] = number
        undelivered[event.id, default: 0] += 1
        return number
    }

    /// Puts a record in its turn.
    private mutating func wait(_ number: Int, _ time: Int64) {
        order += 1
        let turn = Turn(time: time, order: order, number: number)
        turns.insert(turn, at: turns.partitionIndex { turn.isBefore($0) })
    }

    /// Holds a record back until the next one to its endpoint has gone before it.
    private mutating func disorder(_ number: Int, endpoint: String, due: Int64) {
        guard let before = held.removeValue(forKey: endpoint) else {
            held[endpoint] = number
            records[number - firstNumber].dueAt = due + WebhookSwitches.heldSeconds
            wait(number, due + WebhookSwitches.heldSeconds)
            return
        }
        wait(number, due)
        turns.removeAll { $0.number == before }
        if before >= firstNumber { records[before - firstNumber].dueAt = due }
        wait(before, due)
    }

    private mutating func settle(_ event: String) {
        guard let count = undelivered[event] else { return }
        undelivered[event] = count > 1 ? count - 1 : nil
    }

    private mutating func forget(_ count: Int) {
        for record in records.prefix(count) {
            numbers[record.id] = nil
            if !record.isDelivered { settle(record.event.id) }
        }
        records.removeFirst(count)
        firstNumber += count
        turns.removeAll { $0.number < firstNumber }
        held = held.filter { $0.value >= firstNumber }
    }
}
