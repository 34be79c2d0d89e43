internal import KeybrakeStripe

/// The bytes of a cassette and where in them to look: by request key, by operation, by recorded random value.
final class CassetteIndex: Sendable {
    /// One interaction.
    struct Entry: Sendable {
        let slices: RecordSlices
        /// Which of ``groups`` it belongs to.
        let group: Int
        let operation: String
        let apiVersion: String?
        let uuids: [UUIDText]
        let marks: [Attribution.Mark]
    }

    let bytes: [UInt8]
    let entries: [Entry]
    /// The positions of the interactions with equal keys, in recorded order.
    let groups: [[Int]]
    let groupOfKey: [RequestKey: Int]
    let values: RecordedValues

    init(bytes: [UInt8], entries: [Entry], groups: [[Int]], groupOfKey: [RequestKey: Int], values: RecordedValues) {
        self.bytes = bytes
        self.entries = entries
        self.groups = groups
        self.groupOfKey = groupOfKey
        self.values = values
    }

    /// The positions of the interactions that ask for the same as the key.
    func group(_ key: RequestKey) -> Int? { groupOfKey[key] }

    func request(_ position: Int) throws(RecordReader.Damage) -> RecordedRequest {
        try read(entries[position].slices.request, RecordReader.request)
    }

    /// The answer of an interaction. `isTrusted` says that this was asked for before and found sound.
    func answer(_ position: Int, isTrusted: Bool) throws(RecordReader.Damage) -> RecordedAnswer {
        try read(entries[position].slices.response) { bytes throws(RecordReader.Damage) in
            try RecordedAnswer(bytes, isTrusted: isTrusted)
        }
    }

    func interaction(_ position: Int) throws(RecordReader.Damage) -> Interaction {
        let slices = entries[position].slices
        var interaction = Interaction(
            request: try request(position), response: try read(slices.response, RecordReader.response))
        if let volatile = slices.volatile { interaction.volatile = try read(volatile, RecordReader.volatile) }
        if let decision = slices.decision {
            interaction.decision = try read(decision) { bytes throws(RecordReader.Damage) in
                try RecordReader.text(bytes)
            }
        }
        return interaction
    }

    /// The line at which an interaction's record begins, counted from 1.
    func line(of position: Int) -> Int {
        bytes.withUnsafeBufferPointer { ByteSearch.line(of: entries[position].slices.frame.lowerBound, in: $0) }
    }

    /// How often each operation was recorded, the most frequent first.
    func operations() -> [(operation: String, count: Int)] {
        var counts: [String: Int] = [:]
        for entry in entries { counts[entry.operation, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    private func read<Part>(
        _ range: Range<Int>, _ parse: (UnsafeBufferPointer<UInt8>) throws(RecordReader.Damage) -> Part
    ) throws(RecordReader.Damage) -> Part {
        try bytes.withUnsafeBufferPointer { all -> Result<Part, RecordReader.Damage> in
            do throws(RecordReader.Damage) {
                return .success(try parse(UnsafeBufferPointer(rebasing: all[range])))
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
