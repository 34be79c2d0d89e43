/// Where the parts of one interaction's record lie in the file.
struct RecordSlices: Sendable {
    /// From the opening to the closing brace.
    let frame: Range<Int>
    let request: Range<Int>
    let response: Range<Int>
    let volatile: Range<Int>?
    let decision: Range<Int>?
    /// Members that this version of the format does not have.
    let unknownMembers: [String]

    /// Finds the parts without reading them.
    init(_ bytes: UnsafeBufferPointer<UInt8>, frame: Range<Int>) throws(RecordReader.Damage) {
        let record = UnsafeBufferPointer(rebasing: bytes[frame])
        let members = RecordMembers(record)
        guard members.isComplete else { throw RecordReader.Damage("the record is not a JSON object") }
        func place(_ name: String) -> Range<Int>? {
            members.first(name).map { $0.lowerBound + frame.lowerBound..<$0.upperBound + frame.lowerBound }
        }
        guard let request = place(RecordMember.request) else { throw RecordReader.Damage("the record has no request") }
        guard let response = place(RecordMember.response) else {
            throw RecordReader.Damage("the record has no response")
        }
        self.frame = frame
        self.request = request
        self.response = response
        volatile = place(RecordMember.volatile)
        decision = place(RecordMember.decision)
        unknownMembers = members.names.filter { !RecordMember.ofInteractions.contains($0) }
    }
}
