internal import KeybrakeStripe

/// Collects the entries of a ``CassetteIndex`` record by record.
struct CassetteIndexBuilder {
    private let buffer: UnsafeBufferPointer<UInt8>
    private var entries: [CassetteIndex.Entry] = []
    private var groups: [[Int]] = []
    private var groupOfKey: [RequestKey: Int] = [:]
    private var values = RecordedValues()
    /// Thousands of records name the same few operations and versions; one copy of each is enough.
    private var names: [String: String] = [:]

    init(_ buffer: UnsafeBufferPointer<UInt8>, capacity: Int) {
        self.buffer = buffer
        entries.reserveCapacity(capacity)
        groupOfKey.reserveCapacity(capacity)
    }

    mutating func add(_ frame: Range<Int>) throws(RecordReader.Damage) {
        guard frame.count <= CassetteFormat.recordBytesMax else {
            throw RecordReader.Damage("the record is larger than \(CassetteFormat.recordBytesMax) bytes")
        }
        let slices = try RecordSlices(buffer, frame: frame)
        let request = try RecordReader.request(UnsafeBufferPointer(rebasing: buffer[slices.request]))
        try addValues(slices)
        let canonical = CanonicalRequest(request)
        for uuid in canonical.uuids { values.note(uuid.value) }
        let group = groupOfKey[canonical.key] ?? groups.count
        if group == groups.count {
            groupOfKey[canonical.key] = group
            groups.append([])
        }
        groups[group].append(entries.count)
        entries.append(
            CassetteIndex.Entry(
                slices: slices, group: group, operation: shared(request.operation),
                apiVersion: request.apiVersion.map { shared($0) }, uuids: canonical.uuids, marks: canonical.marks))
    }

    func finish(_ bytes: [UInt8]) -> CassetteIndex {
        CassetteIndex(bytes: bytes, entries: entries, groups: groups, groupOfKey: groupOfKey, values: values)
    }

    /// Most records have no renamed values; those are not read.
    private mutating func addValues(_ slices: RecordSlices) throws(RecordReader.Damage) {
        guard let range = slices.volatile else { return }
        let volatile = UnsafeBufferPointer(rebasing: buffer[range])
        guard ByteSearch.first("\"values\"", pivot: 1, in: volatile, from: 0) != nil else { return }
        for value in try RecordReader.renamedValues(volatile) { values.add(value) }
    }

    private mutating func shared(_ text: String) -> String {
        if let known = names[text] { return known }
        names[text] = text
        return text
    }
}
