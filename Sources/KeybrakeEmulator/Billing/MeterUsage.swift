internal import KeybrakeStripe

/// What one customer has used of one meter.
struct MeterUsage {
    private let formula: String
    /// In the order of time.
    private let events: [(time: Int64, value: DecimalNumber)]

    init(_ meter: JSONObject, customer: String, _ account: Account) {
        formula = meter["default_aggregation"]?["formula"]?.stringValue ?? "sum"
        let customerKey = meter["customer_mapping"]?["event_payload_key"]?.stringValue ?? ""
        let valueKey = meter["value_settings"]?["event_payload_key"]?.stringValue ?? ""
        let name = meter.text("event_name") ?? ""
        let found = [MeterEvents.kind, MeteredEvents.kind].flatMap { kind -> [JSONObject] in
            guard let collection = account.store.collection(kind) else { return [] }
            return (collection.positions(where: "event_name", is: name) ?? [])
                .map { collection.objects[Int($0)] }.filter { !$0.isDeleted }.map(\.tree)
        }
        let counts = formula == "count"
        events =
            found
            .compactMap { event -> (time: Int64, value: DecimalNumber)? in
                guard event["payload"]?[customerKey]?.stringValue == customer, let time = Self.time(of: event) else {
                    return nil
                }
                let value = event["payload"]?[valueKey]?.stringValue.flatMap { DecimalNumber($0) }
                return (value ?? (counts ? .zero : nil)).map { (time, $0) }
            }
            // The order in which they came decides between those of one second.
            .enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    /// The second API writes times as texts.
    private static func time(of event: JSONObject) -> Int64? {
        event["timestamp"]?.integerValue ?? event.text("timestamp").flatMap(DateTimeText.unixSeconds)
    }

    /// The aggregate of a time, its end excluded; `nil` when nothing was used.
    func value(from start: Int64, to end: Int64) -> DecimalNumber? {
        let inside = events.filter { (start..<max(start, end)).contains($0.time) }
        guard let last = inside.last else { return nil }
        switch formula {
        case "count": return DecimalNumber(Int64(inside.count))
        case "last": return last.value
        default: return inside.reduce(.zero) { $0 + $1.value }
        }
    }

    /// How much of a metered price a period bills.
    static func quantity(
        of price: JSONObject?, customer: String, from start: Int64, to end: Int64, _ account: Account
    ) -> Int64 {
        guard let id = price?["recurring"]?["meter"]?.stringValue,
            let meter = account.store.object(Meters.kind, id: id)
        else { return 0 }
        let usage = MeterUsage(meter.tree, customer: customer, account)
        return max(0, usage.value(from: start, to: end)?.rounded ?? 0)
    }
}
