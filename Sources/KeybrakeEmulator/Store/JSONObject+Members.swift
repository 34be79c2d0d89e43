internal import KeybrakeStripe

extension JSONObject {
    /// The object that a literal spells; the tests read every template once.
    static func template(_ text: String) -> JSONObject {
        (try? JSONParser.parse(text))?.objectValue ?? JSONObject()
    }

    func text(_ name: String) -> String? { self[name]?.stringValue }
    func integer(_ name: String) -> Int64 { self[name]?.integerValue ?? 0 }
    func flag(_ name: String) -> Bool { self[name]?.boolValue ?? false }
    func object(_ name: String) -> JSONObject? { self[name]?.objectValue }

    /// Sets a member to a text, or to `null`.
    mutating func set(_ name: String, _ text: String?) { self[name] = JSONValue(text) }
    mutating func set(_ name: String, _ number: Int64) { self[name] = .integer(number) }
    mutating func set(_ name: String, _ truth: Bool) { self[name] = .bool(truth) }
    mutating func set(_ name: String, _ object: JSONObject?) { self[name] = object.map { .object($0) } ?? .null }

    /// The object as one that belongs to a test clock, if its shape can say so.
    func belonging(to clock: String?) -> JSONObject {
        guard let clock, self["test_clock"]?.isNull == true else { return self }
        var object = self
        object.set("test_clock", clock)
        return object
    }

    /// The compact text.
    var bytes: [UInt8] {
        var writer = JSONWriter(layout: .compact, capacityBytes: 2_048)
        writer.write(.object(self))
        return writer.bytes
    }
}
