internal import KeybrakeStripe

/// The `created` filter of lists: an exact second, or bounds.
struct CreatedRange: Sendable {
    private(set) var lower = Int64.min
    private(set) var upper = Int64.max

    init(_ value: FormValue?) throws(StripeError) {
        guard let value else { return }
        if let text = value.text {
            guard !text.isEmpty else { return }
            let exact = try Self.seconds(text, "created")
            lower = exact
            upper = exact
            return
        }
        for field in value.map?.fields ?? [] {
            let bound = try Self.seconds(field.value.text ?? "", "created[\(field.name)]")
            switch field.name {
            case "gt": lower = max(lower, bound == .max ? bound : bound + 1)
            case "gte": lower = max(lower, bound)
            case "lt": upper = min(upper, bound == .min ? bound : bound - 1)
            case "lte": upper = min(upper, bound)
            default: throw .coded("parameter_unknown", "Received unknown parameter: created[\(field.name)]")
            }
        }
    }

    func contains(_ seconds: Int64) -> Bool {
        lower <= seconds && seconds <= upper
    }

    /// The positions that can lie in the range: all of them when objects are not in the order of time.
    func narrow(_ collection: ObjectCollection) -> Range<Int> {
        guard collection.isInOrderOfTime else { return 0..<collection.count }
        let start = collection.indices.partitionIndex { collection.created(at: $0) >= lower }
        let end = collection.indices.partitionIndex { collection.created(at: $0) > upper }
        return start..<max(start, end)
    }

    private static func seconds(_ text: String, _ param: String) throws(StripeError) -> Int64 {
        guard let seconds = Int64(text) else {
            throw .coded("parameter_invalid_integer", "Invalid integer: \(text)", param: param)
        }
        return seconds
    }
}
