internal import KeybrakeStripe

/// Events: what happened, for thirty days.
enum Events {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/events", list),
        ("GET /v1/events/{id}", retrieve),
    ]

    /// How long an event can be read.
    static let lifetimeSeconds: Int64 = 30 * 86_400
    static let typesMax = 20

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = call.pathValue()
        guard let position = account.events.position(of: id),
            !ThinEvents.isOnlyThin(account.events.type(at: position)),
            account.events.created(at: position) > call.cause.worldNow - lifetimeSeconds
        else { throw .missing("event", id: id, param: "id") }
        return .bytes(bytes(position, account))
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let request = try PageRequest(call.form)
        let filter = try Filter(call.form, now: call.cause.worldNow)
        let log = account.events
        let webhooks = account.webhooks
        let find = { (id: String) in log.position(of: id) }
        let isWanted = { (position: Int) -> Bool in
            guard filter.fits(log.type(at: position), created: log.created(at: position)) else { return false }
            return filter.delivered.map { $0 == (webhooks.undelivered(log.entries[position].id) == 0) } ?? true
        }
        let found: (positions: [Int], hasMore: Bool)
        if let type = filter.exactType {
            found = try request.select(
                from: log.positions(ofType: type), position: find, noun: "event", where: isWanted)
        } else {
            found = try request.select(from: 0..<log.entries.count, position: find, noun: "event", where: isWanted)
        }
        let elements = found.positions.map { bytes($0, account) }
        return .page(ListPage(url: "/v1/events", elements: elements, hasMore: found.hasMore))
    }

    private static func bytes(_ position: Int, _ account: Account) -> [UInt8] {
        let entry = account.events.entries[position]
        return entry.bytes(
            apiVersion: Catalogue.shared.apiVersion, pendingWebhooks: account.webhooks.undelivered(entry.id))
    }

    /// Which events a list is about.
    private struct Filter {
        private let created: CreatedRange
        private let patterns: [String]?
        /// Whether all endpoints have got them.
        let delivered: Bool?
        private let oldest: Int64

        init(_ form: FormMap, now: Int64) throws(StripeError) {
            created = try CreatedRange(form["created"])
            delivered = form.flag("delivery_success")
            oldest = now - lifetimeSeconds
            let types = form["types"]?.list?.compactMap(\.text)
            let type = form.given("type")
            guard type == nil || types == nil else {
                throw .invalid("You may only specify one of these parameters: type, types.", param: "types")
            }
            guard types?.count ?? 0 <= typesMax else {
                throw .invalid("You may pass at most \(typesMax) types.", param: "types")
            }
            patterns = types ?? type.map { [$0] }
        }

        /// The one type that is asked for, by which events are indexed.
        var exactType: String? {
            guard let only = patterns?.first, patterns?.count == 1, !only.hasSuffix("*") else { return nil }
            return only
        }

        func fits(_ type: String, created time: Int64) -> Bool {
            guard time > oldest, created.contains(time), !ThinEvents.isOnlyThin(type) else { return false }
            return patterns?.contains { Events.fits(type, $0) } ?? true
        }
    }

    /// `charge.*` means all events of charges.
    private static func fits(_ type: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? type.hasPrefix(pattern.dropLast()) : type == pattern
    }
}
