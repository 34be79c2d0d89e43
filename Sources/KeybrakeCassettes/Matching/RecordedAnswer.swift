internal import KeybrakeCrypto
internal import KeybrakeStripe

/// Takes an answer out of its record without building a tree: status, headers, and the body's bytes.
struct RecordedAnswer {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    let isJSON: Bool

    /// How far a JSON body is indented within its record.
    private static let indentSpaces = 4

    /// Takes an answer apart. `isTrusted` leaves out the check whether its body is JSON.
    init(_ response: UnsafeBufferPointer<UInt8>, isTrusted: Bool) throws(RecordReader.Damage) {
        let members = RecordMembers(ofResponse: response)
        func slice(_ name: String) -> UnsafeBufferPointer<UInt8>? {
            members.first(name).map { UnsafeBufferPointer(rebasing: response[$0]) }
        }
        guard members.isComplete else { throw RecordReader.Damage("the response is not a JSON object") }
        guard let status = slice("status").flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
            (100...599).contains(status)
        else { throw RecordReader.Damage("the response has no status from 100 to 599") }
        self.status = status
        headers = try slice("headers").map { (value) throws(RecordReader.Damage) in try Self.headers(value) } ?? []
        let json = slice("json")
        isJSON = json != nil
        if let json {
            guard isTrusted || JSONCheck.isValid(json) else {
                throw RecordReader.Damage("the response's body is not JSON")
            }
            body = Self.dedented(json)
        } else {
            body = try slice("base64").map { (value) throws(RecordReader.Damage) in try Self.decoded(value) } ?? []
        }
    }

    private static func headers(_ value: UnsafeBufferPointer<UInt8>) throws(RecordReader.Damage)
        -> [(name: String, value: String)]
    {
        guard let json = try? JSONParser.parse(value) else { throw RecordReader.Damage("the headers are not JSON") }
        return try RecordReader.headers(json, "the response")
    }

    private static func decoded(_ value: UnsafeBufferPointer<UInt8>) throws(RecordReader.Damage) -> [UInt8] {
        guard case .string(let text)? = try? JSONParser.parse(value), let bytes = Base64.bytes(text) else {
            throw RecordReader.Damage("the response's base64 cannot be decoded")
        }
        return bytes
    }

    /// The text of a JSON value with its lines moved to the left. Only white space between tokens is dropped, because
    /// JSON strings hold no line breaks; in our own layout the result is what Stripe sends, byte for byte.
    private static func dedented(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        // SAFETY: what is written is never longer than the value, and `count` tells how much that was.
        [UInt8](unsafeUninitializedCapacity: value.count) { target, count in
            var at = 0
            while at < value.count {
                let lineEnd = ByteSearch.first(0x0A, in: value, from: at).map { $0 + 1 } ?? value.count
                // SAFETY: what is copied is a part of `value`, and `target` has room for all of it.
                let line = UnsafeMutableBufferPointer(rebasing: target[count..<count + lineEnd - at])
                _ = line.update(fromContentsOf: value[at..<lineEnd])
                count += lineEnd - at
                at = lineEnd
                var dropped = 0
                while at < value.count, dropped < indentSpaces, value[at] == 0x20 {
                    at += 1
                    dropped += 1
                }
            }
        }
    }
}
