internal import KeybrakeStripe

/// Recognises answers that hold data of real customers.
enum LiveMode {
    /// Whether an object in the answer says `livemode: true`.
    static func isLive(_ response: RecordedResponse) -> Bool {
        if case .json(let json) = response.body { isLive(json) } else { false }
    }

    private static func isLive(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object):
            object.members.contains { ($0.name == "livemode" && $0.value == .bool(true)) || isLive($0.value) }
        case .array(let elements): elements.contains(where: isLive)
        default: false
        }
    }
}
