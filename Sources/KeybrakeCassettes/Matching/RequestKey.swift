internal import KeybrakeStripe

/// What two requests have in common when they ask for the same thing.
///
/// The bytes spell method, path, account and parameters in one order, numbers as their text, `expand` as a set, without
/// what only attributes the call, and with every UUID replaced by the place of its first appearance in the request. Two
/// requests with equal keys may still mean different UUIDs; those are compared by the player.
struct RequestKey: Sendable, Hashable {
    let bytes: [UInt8]

    func hash(into hasher: inout Hasher) {
        // Feeding the array itself would feed it byte by byte.
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

/// A request brought into the form in which requests are compared.
struct CanonicalRequest: Sendable {
    let key: RequestKey
    /// The different UUIDs of the request in the order of the key.
    let uuids: [UUIDText]
    /// What attributes the call, in the order of the key.
    let marks: [Attribution.Mark]

    init(_ request: RecordedRequest) {
        var writer = CanonicalWriter()
        writer.write(request)
        key = RequestKey(bytes: writer.bytes)
        uuids = writer.uuids
        marks = writer.marks
    }
}

/// A single text brought into the form in which texts are compared.
struct CanonicalText {
    let bytes: [UInt8]
    let uuids: [UUIDText]

    init(_ text: String) {
        var writer = CanonicalWriter()
        writer.write(text: text)
        bytes = writer.bytes
        uuids = writer.uuids
    }
}
