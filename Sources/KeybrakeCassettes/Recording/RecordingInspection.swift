internal import KeybrakeStripe

/// The last look at a record before it is written: whatever redaction missed, stays out.
enum RecordingInspection {
    /// The text of an interaction's record.
    ///
    /// - Throws: ``RecordingRefusal`` when a secret is in it, names of members included, or it is too large.
    static func text(_ interaction: Interaction) throws(RecordingRefusal) -> [UInt8] {
        // Base64 would hide what is in raw bodies, so those are looked at as they are.
        let stripped = try withoutRawBodies(interaction)
        var text = RecordWriter.text(stripped)
        try check(text)
        if interaction.hasRawBody { text = RecordWriter.text(interaction) }
        guard text.count <= CassetteFormat.recordBytesMax else {
            throw RecordingRefusal(.tooLarge(limitBytes: CassetteFormat.recordBytesMax))
        }
        return text
    }

    private static func withoutRawBodies(_ interaction: Interaction) throws(RecordingRefusal) -> Interaction {
        var stripped = interaction
        if let raw = interaction.request.raw {
            try check(raw, place: "the request's body")
            stripped.request.raw = nil
        }
        if case .raw(let raw) = interaction.response.body {
            try check(raw, place: "the answer's body")
            stripped.response.body = .raw([])
        }
        return stripped
    }

    private static func check(_ raw: [UInt8], place: String) throws(RecordingRefusal) {
        let found = raw.withUnsafeBufferPointer { SecretScanner($0).first(from: 0) }
        if let found { throw RecordingRefusal(.secretRemains(kind: found.kind.rawValue, place: place)) }
    }

    private static func check(_ record: [UInt8]) throws(RecordingRefusal) {
        let refusal = record.withUnsafeBufferPointer { bytes -> RecordingRefusal? in
            guard let found = SecretScanner(bytes).first(from: 0) else { return nil }
            let place = place(of: found.range.lowerBound, in: bytes)
            return RecordingRefusal(.secretRemains(kind: found.kind.rawValue, place: place))
        }
        if let refusal { throw refusal }
    }

    private static func place(of offset: Int, in record: UnsafeBufferPointer<UInt8>) -> String {
        guard let slices = try? RecordSlices(record, frame: 0..<record.count - 1) else { return "the record" }
        if slices.request.contains(offset) { return "the request" }
        if slices.response.contains(offset) { return "the answer" }
        return "the circumstances of the call"
    }
}

extension Interaction {
    fileprivate var hasRawBody: Bool {
        if case .raw = response.body { true } else { request.raw != nil }
    }
}
