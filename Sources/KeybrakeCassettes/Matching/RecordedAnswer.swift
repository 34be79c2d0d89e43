internal import KeybrakeStripe

/// Takes an answer out of its record without building a tree: status, headers, and the body's bytes.
struct RecordedAnswer {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    let isJSON: Bool

    /// How far a JSON body is indented within its record.
    private static let indentSpaces = 4

    init(_ record: UnsafeBufferPointer<UInt8>) throws(RecordReader.Damage) {
        var status: Int?
        var headers: Slice<UnsafeBufferPointer<UInt8>>?
        var json: Slice<UnsafeBufferPointer<UInt8>>?
        var base64: Slice<UnsafeBufferPointer<UInt8>>?
        JSONScanner(record).forEachMember { name, value in
            switch name.count {
            case 6 where name.elementsEqual("status".utf8): status = Int(String(decoding: value, as: UTF8.self))
            case 7 where name.elementsEqual("headers".utf8): headers = value
            case 4 where name.elementsEqual("json".utf8): json = value
            case 6 where name.elementsEqual("base64".utf8): base64 = value
            default: break
            }
            return true
        }
        guard let status, (100...599).contains(status) else {
            throw RecordReader.Damage("the response has no status from 100 to 599")
        }
        self.status = status
        self.headers = try headers.map { (value) throws(RecordReader.Damage) in try Self.headers(value) } ?? []
        isJSON = json != nil
        if let json {
            body = Self.dedented(UnsafeBufferPointer(rebasing: json))
        } else if let base64 {
            body = try Self.decoded(base64)
        } else {
            body = []
        }
    }

    private static func headers(_ value: Slice<UnsafeBufferPointer<UInt8>>) throws(RecordReader.Damage)
        -> [(name: String, value: String)]
    {
        guard let json = try? JSONParser.parse(value) else { throw RecordReader.Damage("the headers are not JSON") }
        return try RecordReader.headers(json, "the response")
    }

    private static func decoded(_ value: Slice<UnsafeBufferPointer<UInt8>>) throws(RecordReader.Damage) -> [UInt8] {
        guard case .string(let text)? = try? JSONParser.parse(value), let bytes = Base64.bytes(text) else {
            throw RecordReader.Damage("the response's base64 cannot be decoded")
        }
        return bytes
    }

    /// The text of a JSON value with its lines moved to the left. Only white space between tokens is dropped, because
    /// JSON strings hold no line breaks; in our own layout the result is what Stripe sends, byte for byte.
    private static func dedented(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
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
