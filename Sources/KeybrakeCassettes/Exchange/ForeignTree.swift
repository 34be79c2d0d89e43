internal import KeybrakeCrypto
internal import KeybrakeStripe

/// What several foreign formats spell in the same way.
enum ForeignTree {
    /// The same in HAR files, where further members begin with an underscore.
    static let ownHARMember = "_keybrake"

    /// The member in which round-trip data is kept where a format tolerates one.
    static let ownMember = "x_keybrake"

    /// Text where the bytes are UTF-8, else a binary scalar.
    static func body(_ bytes: [UInt8]) -> JSONValue {
        if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
        return [YAMLWriter.binaryMember: .string(Base64.text(bytes))]
    }

    /// The bytes that a text, a binary scalar or nothing spells.
    static func bytes(_ value: JSONValue?, _ what: String) throws(ImportFailure) -> [UInt8] {
        switch value {
        case nil, .null: return []
        case .string(let text): return Array(text.utf8)
        case .object(let object):
            guard let base64 = object[YAMLWriter.binaryMember]?.stringValue, let bytes = Base64.bytes(base64) else {
                throw ImportFailure("\(what) is neither text nor base64")
            }
            return bytes
        default: throw ImportFailure("\(what) is neither text nor base64")
        }
    }

    /// Header names with lists of values.
    static func headers(_ headers: [(name: String, value: String)]) -> JSONValue {
        var object = JSONObject()
        for header in headers {
            object[header.name] = .array((object[header.name]?.arrayValue ?? []) + [.string(header.value)])
        }
        return .object(object)
    }

    /// Header names with lists of values or single values.
    static func headers(_ value: JSONValue?) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for member in value?.objectValue?.members ?? [] {
            for text in member.value.arrayValue ?? [member.value] {
                switch text {
                case .string(let text): headers.append((member.name, text))
                case .integer, .numeral, .bool: headers.append((member.name, JSONWriter.text(text)))
                default: continue
                }
            }
        }
        return headers
    }

    /// What only our own files say about an exchange.
    static func circumstances(_ exchange: ForeignExchange) -> JSONObject {
        var object = JSONObject()
        if let decision = exchange.decision { object.append("decision", .string(decision)) }
        if let time = exchange.recordedAtMicroseconds { object.append("recorded_at", .string(RecordTime.text(time))) }
        if let latency = exchange.latencyMicroseconds { object.append("latency_us", .integer(latency)) }
        return object
    }

    static func readCircumstances(_ value: JSONValue?, into exchange: inout ForeignExchange) {
        exchange.decision = value?["decision"]?.stringValue
        exchange.recordedAtMicroseconds = value?["recorded_at"]?.stringValue.flatMap(RecordTime.microseconds)
        exchange.latencyMicroseconds = value?["latency_us"]?.integerValue
    }
}
