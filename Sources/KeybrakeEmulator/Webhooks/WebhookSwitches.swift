internal import KeybrakeStripe

/// What goes wrong with a world's webhook deliveries on purpose.
struct WebhookSwitches: Sendable, Equatable, Codable {
    static let delaySecondsMax = 30 * 86_400

    /// Every so many deliveries one is sent twice; 1 is each.
    var duplicateEvery: Int?
    /// Two deliveries to an endpoint change places; one that no other follows comes after ``heldSeconds``.
    var isDisordered = false
    /// How long deliveries wait before the first attempt.
    var delaySeconds: Int64 = 0
    /// Every so many attempts one has a signature that does not fit; 1 is each.
    var badSignatureEvery: Int?

    /// How long a delivery waits for one to change places with.
    static let heldSeconds: Int64 = 60

    init() {}

    /// Reads `{"duplicate_every": 2, "disorder": true, "delay_seconds": 30, "bad_signature_every": 3}`; what is left
    /// out is off.
    init(_ value: JSONValue) throws(EmulatorHost.Failure) {
        let members = try ControlMembers(
            value, of: "webhook switches",
            names: ["duplicate_every", "disorder", "delay_seconds", "bad_signature_every"])
        duplicateEvery = try members.integer("duplicate_every", in: 1...1_000_000)
        isDisordered = try members.flag("disorder") ?? false
        delaySeconds = Int64(try members.integer("delay_seconds", in: 0...Self.delaySecondsMax) ?? 0)
        badSignatureEvery = try members.integer("bad_signature_every", in: 1...1_000_000)
    }

    var json: JSONValue {
        [
            "duplicate_every": JSONValue(duplicateEvery.map(Int64.init)), "disorder": .bool(isDisordered),
            "delay_seconds": .integer(delaySeconds),
            "bad_signature_every": JSONValue(badSignatureEvery.map(Int64.init)),
        ]
    }
}
