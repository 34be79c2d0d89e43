internal import KeybrakeStripe

/// Events: what happened, for thirty days.
enum Events {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/events", list),
        ("GET /v1/events/{id}", retrieve),
    ]

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = call.pathValue()
        guard let position = account.events.position(of: id) else { throw .missing("event", id: id, param: "id") }
        return .bytes(account.events.entries[position].bytes(apiVersion: Catalogue.shared.apiVersion))
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let request = try PageRequest(call.form)
        let created = try CreatedRange(call.form["created"])
        let log = account.events
        let patterns = call.form["types"]?.list?.compactMap(\.text)
        let pattern = call.form.given("type")
        let find = { (id: String) in log.position(of: id) }
        let isWanted = { (position: Int) -> Bool in
            let type = log.type(at: position)
            guard created.contains(log.created(at: position)), pattern.map({ fits(type, $0) }) ?? true else {
                return false
            }
            return patterns?.contains { fits(type, $0) } ?? true
        }
        let found: (positions: [Int], hasMore: Bool)
        if let pattern, !pattern.hasSuffix("*") {
            found = try request.select(
                from: log.positions(ofType: pattern), position: find, noun: "event", where: isWanted)
        } else {
            found = try request.select(from: 0..<log.entries.count, position: find, noun: "event", where: isWanted)
        }
        let version = Catalogue.shared.apiVersion
        return .page(
            ListPage(
                url: "/v1/events", elements: found.positions.map { log.entries[$0].bytes(apiVersion: version) },
                hasMore: found.hasMore))
    }

    /// `charge.*` means all events of charges.
    private static func fits(_ type: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? type.hasPrefix(pattern.dropLast()) : type == pattern
    }
}
