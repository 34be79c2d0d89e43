/// Where a message's body ends.
enum BodyFraming: Equatable {
    case none
    case length(Int)
    case chunked
    /// The body goes on until the connection ends; answers only.
    case untilClose

    /// Reads a `Content-Length`: digits only, at most 18 of them; `nil` for anything else, a list included.
    static func contentLength(_ value: UnsafeRawBufferPointer) -> Int? {
        guard !value.isEmpty, value.count <= 18 else { return nil }
        var length = 0
        for byte in value {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return length
    }
}

/// What a `Connection` field says.
struct ConnectionOptions {
    private(set) var closes = false
    /// Whether it names a field, which then must not travel on either.
    private(set) var namesFields = false

    /// Adds one field value: a list of words.
    mutating func add(_ value: UnsafeRawBufferPointer) {
        var start = 0
        while start <= value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            add(word: Self.trimmed(value, start, end))
            start = end + 1
        }
    }

    private mutating func add(word: UnsafeRawBufferPointer) {
        if KnownField.matches(word, "close") {
            closes = true
        } else if !word.isEmpty, !KnownField.matches(word, "keep-alive") {
            namesFields = true
        }
    }

    /// The words of `Connection` values, lowercased: the names of fields that must not travel on.
    static func words(in values: [String]) -> Set<String> {
        var words: Set<String> = []
        for value in values {
            for word in value.utf8.split(separator: UInt8(ascii: ",")) {
                let text = String(decoding: word.filter { $0 > 0x20 }, as: UTF8.self).lowercased()
                if !text.isEmpty { words.insert(text) }
            }
        }
        return words
    }

    private static func trimmed(_ value: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        var start = start
        var end = end
        while start < end, value[start] <= 0x20 { start += 1 }
        while end > start, value[end - 1] <= 0x20 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: value[start..<end])
    }
}
