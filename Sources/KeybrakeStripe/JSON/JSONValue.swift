/// A JSON value as Stripe sends and receives it.
///
/// Numbers keep what was written: whole numbers that fit become `integer`, every other numeral stays text, so that
/// writing a parsed document again changes no figure in it.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is not a whole 64-bit one, exactly as it was written (`1.50`, `1e3`).
    case numeral(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The text of a string value; `nil` for anything else.
    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The whole number of an integer value; `nil` for anything else.
    package var integerValue: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The truth of a boolean value; `nil` for anything else.
    package var boolValue: Bool? {
        if case .bool(let truth) = self { truth } else { nil }
    }

    /// The members of an object value; `nil` for anything else.
    package var objectValue: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements of an array value; `nil` for anything else.
    package var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Whether the value is `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The member of an object value, or `nil` when the value is no object or has no such member.
    package subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// A string value, or `null` for `nil`.
    package init(_ text: String?) {
        self = text.map { .string($0) } ?? .null
    }

    /// An integer value, or `null` for `nil`.
    package init(_ number: Int64?) {
        self = number.map { .integer($0) } ?? .null
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(name: $0.0, value: $0.1) }))
    }
    package init(nilLiteral: ()) { self = .null }
}
