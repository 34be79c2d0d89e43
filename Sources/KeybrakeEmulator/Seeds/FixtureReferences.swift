internal import KeybrakeStripe

/// The references in a fixture file: `${name:path.to.member}`, and `${name:path|default}`.
///
/// A path has the names of members and, in lists, places from 0: `items.data.0.id`. There is no environment here, so
/// `${.env:NAME|default}` is its default, and without one it is refused.
struct FixtureReferences {
    /// Why a text cannot be filled in.
    struct Failure: Error {
        let reason: String
    }

    private var answers: [String: JSONValue] = [:]

    mutating func remember(_ answer: JSONValue, of name: String) {
        answers[name] = answer
    }

    /// The text with every reference replaced.
    func filled(_ text: String) throws(Failure) -> String {
        guard text.contains("${") else { return text }
        var filled = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            filled += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw Failure(reason: "`\(rest[start.lowerBound...].prefix(60))` has no closing brace")
            }
            filled += try value(of: rest[start.upperBound..<end])
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }

    /// The value with every reference in its texts replaced.
    func filled(_ value: JSONValue) throws(Failure) -> JSONValue {
        switch value {
        case .string(let text): return .string(try filled(text))
        case .array(let elements):
            var filled: [JSONValue] = []
            for element in elements { filled.append(try self.filled(element)) }
            return .array(filled)
        case .object(let object):
            var filled = JSONObject()
            for member in object.members { filled.append(member.name, try self.filled(member.value)) }
            return .object(filled)
        default: return value
        }
    }

    private func value(of reference: Substring) throws(Failure) -> String {
        let parts = reference.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let fallback = parts.count > 1 ? String(parts[1]) : nil
        let names = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else {
            throw Failure(reason: "`${\(reference.prefix(60))}` is no reference: write ${name:path}")
        }
        if names[0] == ".env" {
            guard let fallback else {
                throw Failure(
                    reason: "`${\(reference.prefix(60))}` asks for the environment, which the emulator does not have; "
                        + "write the value, or a default after `|`")
            }
            return fallback
        }
        guard let answer = answers[String(names[0])] else {
            throw Failure(reason: "`\(names[0].prefix(60))` names no fixture before this one")
        }
        if let text = Self.text(at: names[1], of: answer) ?? fallback { return text }
        throw Failure(reason: "the answer of `\(names[0].prefix(60))` has no `\(names[1].prefix(60))`")
    }

    private static func text(at path: Substring, of answer: JSONValue) -> String? {
        var value: JSONValue? = answer
        for step in path.split(separator: ".", omittingEmptySubsequences: false) {
            if let elements = value?.arrayValue {
                value = Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                value = value?[String(step)]
            }
        }
        return switch value {
        case .string(let text)?: text
        case .integer(let number)?: String(number)
        case .numeral(let text)?: text
        case .bool(let truth)?: truth ? "true" : "false"
        case .object?, .array?, .null?, nil: nil
        }
    }
}
