internal import KeybrakeStripe

/// Where the parts of one interaction's record lie in the file.
struct RecordSlices: Sendable {
    /// From the opening to the closing brace.
    let frame: Range<Int>
    let request: Range<Int>
    let response: Range<Int>
    let volatile: Range<Int>?
    let decision: Range<Int>?
    /// Members that this version of the format does not have.
    let hasUnknownMembers: Bool

    /// Finds the parts without reading them.
    init(_ bytes: UnsafeBufferPointer<UInt8>, frame: Range<Int>) throws(RecordReader.Damage) {
        var request: Range<Int>?
        var response: Range<Int>?
        var volatile: Range<Int>?
        var decision: Range<Int>?
        var hasUnknownMembers = false
        var end = frame.lowerBound
        let record = UnsafeBufferPointer(rebasing: bytes[frame])
        JSONScanner(record).forEachMember { name, value in
            let range = value.startIndex + frame.lowerBound..<value.endIndex + frame.lowerBound
            end = range.upperBound
            switch name.count {
            case 7 where name.elementsEqual(RecordMember.request.utf8): request = range
            case 8 where name.elementsEqual(RecordMember.response.utf8): response = range
            case 8 where name.elementsEqual(RecordMember.volatile.utf8): volatile = range
            case 8 where name.elementsEqual(RecordMember.decision.utf8): decision = range
            default: hasUnknownMembers = true
            }
            return true
        }
        guard end < frame.upperBound, bytes[end..<frame.upperBound - 1].allSatisfy({ $0 <= 0x20 }) else {
            throw RecordReader.Damage("the record is not a JSON object")
        }
        guard let request else { throw RecordReader.Damage("the record has no request") }
        guard let response else { throw RecordReader.Damage("the record has no response") }
        self.frame = frame
        self.request = request
        self.response = response
        self.volatile = volatile
        self.decision = decision
        self.hasUnknownMembers = hasUnknownMembers
    }
}
