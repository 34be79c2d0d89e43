internal import KeybrakeStripe

/// A stored answer's headers as JSON: a list of pairs, because names repeat and their order counts.
package enum AnswerHeaders {
    /// The text of the headers, in UTF-8.
    package static func text(_ headers: [(String, String)]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(64 * headers.count + 2)
        text.append(UInt8(ascii: "["))
        for (name, value) in headers {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "["))
            JSONWriter.append(string: name, to: &text)
            text.append(UInt8(ascii: ","))
            JSONWriter.append(string: value, to: &text)
            text.append(UInt8(ascii: "]"))
        }
        text.append(UInt8(ascii: "]"))
        return text
    }

    /// Reads ``text(_:)``; what is not of its making is left out.
    package static func parse(_ text: String) -> [(String, String)] {
        guard let pairs = (try? JSONParser.parse(text))?.arrayValue else { return [] }
        return pairs.compactMap { pair in
            guard let parts = pair.arrayValue, parts.count == 2, let name = parts[0].stringValue,
                let value = parts[1].stringValue
            else { return nil }
            return (name, value)
        }
    }
}
