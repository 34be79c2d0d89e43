internal import KeybrakeStripe

/// Puts the values of a session into a recorded answer, where the recording had stand-ins or other attributions.
struct AnswerEcho {
    let bindings: SessionBindings
    let values: RecordedValues
    /// Attributions of the answered request that differ from the recorded ones.
    private let marks: [(recorded: Attribution.Mark, sent: Attribution.Mark)]

    init(
        bindings: SessionBindings, values: RecordedValues, recorded: [Attribution.Mark], sent: [Attribution.Mark]
    ) {
        self.bindings = bindings
        self.values = values
        marks = SessionBindings.pairs(recorded, sent).filter { $0.recorded.value != $0.sent.value }
    }

    /// The body with everything put in.
    func apply(to body: [UInt8]) -> [UInt8] {
        body.withUnsafeBufferPointer { bytes in
            var edits = TextEdits()
            addAttributions(bytes, to: &edits)
            addConversations(bytes, to: &edits)
            addUUIDs(bytes, to: &edits)
            return edits.isEmpty ? nil : edits.apply(to: bytes)
        } ?? body
    }

    // MARK: UUIDs

    private func addUUIDs(_ bytes: UnsafeBufferPointer<UInt8>, to edits: inout TextEdits) {
        // The first group of a UUID has eight digits, so looking at hyphens finds the written-out ones.
        var at = 8
        while let hyphen = ByteSearch.first(UInt8(ascii: "-"), in: bytes, from: at) {
            at = hyphen + 1
            guard let found = uuid(bytes, from: hyphen - 8, length: 36) else { continue }
            add(found, to: &edits)
            at = found.range.upperBound
        }
        at = 0
        while let start = ByteSearch.first("0000000000004000800", pivot: 12, in: bytes, from: at) {
            at = start + 1
            guard let found = uuid(bytes, from: start, length: 32) else { continue }
            add(found, to: &edits)
            at = found.range.upperBound
        }
    }

    private func uuid(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, length: Int
    ) -> (uuid: UUIDText, range: Range<Int>)? {
        guard start >= 0, start + length <= bytes.count else { return nil }
        // One byte more on either side shows whether the digits go on.
        let first = max(0, start - 1)
        let window = UnsafeBufferPointer(rebasing: bytes[first..<min(bytes.count, start + length + 1)])
        guard let found = UUIDText.first(in: window, from: start - first), found.range.lowerBound == start - first,
            found.range.count == length
        else { return nil }
        return (found.uuid, start..<start + length)
    }

    private func add(_ found: (uuid: UUIDText, range: Range<Int>), to edits: inout TextEdits) {
        let standIn = found.uuid.value
        guard let live = bindings.sent(for: standIn) ?? values.recorded(for: standIn).map({ UUIDText($0) }),
            live.value != standIn
        else { return }
        let text = UUIDText(live.value, hasHyphens: found.uuid.hasHyphens, isUpperCase: live.isUpperCase).text
        edits.replace(found.range, with: Array(text.utf8))
    }

    // MARK: Attributions of this request

    private func addAttributions(_ bytes: UnsafeBufferPointer<UInt8>, to edits: inout TextEdits) {
        for mark in marks {
            if mark.recorded.name.isEmpty {
                addTags(bytes, recorded: Self.escaped(mark.recorded.value), sent: mark.sent.value, to: &edits)
            } else {
                addMembers(bytes, mark.recorded, sent: mark.sent.value, to: &edits)
            }
        }
    }

    private func addTags(
        _ bytes: UnsafeBufferPointer<UInt8>, recorded: [UInt8], sent: String, to edits: inout TextEdits
    ) {
        var at = 0
        while let tag = Attribution.firstTag(in: bytes, from: at) {
            if bytes[tag.id].elementsEqual(recorded) { edits.replace(tag.id, with: Self.escaped(sent)) }
            at = tag.tag.upperBound
        }
    }

    /// `"turn": "7"` becomes `"turn": "8"`.
    private func addMembers(
        _ bytes: UnsafeBufferPointer<UInt8>, _ recorded: Attribution.Mark, sent: String, to edits: inout TextEdits
    ) {
        var name: [UInt8] = []
        JSONWriter.append(string: recorded.name, to: &name)
        let value = Self.escaped(recorded.value)
        name.withUnsafeBufferPointer { name in
            var at = 0
            while let found = ByteSearch.first(name, in: bytes, from: at) {
                at = found + name.count
                var start = at
                while start < bytes.count, bytes[start] <= 0x20 || bytes[start] == UInt8(ascii: ":") { start += 1 }
                let end = start + 1 + value.count
                guard end < bytes.count, bytes[start] == UInt8(ascii: "\""), bytes[end] == UInt8(ascii: "\""),
                    bytes[start + 1..<end].elementsEqual(value)
                else { continue }
                edits.replace(start + 1..<end, with: Self.escaped(sent))
            }
        }
    }

    // MARK: Conversations of the session

    /// Stand-ins of conversations that an earlier request bound, in tags and as whole texts.
    private func addConversations(_ bytes: UnsafeBufferPointer<UInt8>, to edits: inout TextEdits) {
        guard !values.recordedConversations.isEmpty else { return }
        var at = 0
        while let found = ByteSearch.first("conversation-", pivot: 12, in: bytes, from: at) {
            at = found + 13
            while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "]") || bytes[at] == UInt8(ascii: "\"") else { continue }
            let standIn = String(decoding: bytes[found..<at], as: UTF8.self)
            if let live = bindings.conversations[standIn] ?? values.recordedConversations[standIn] {
                edits.replace(found..<at, with: Self.escaped(live))
            }
        }
    }

    /// A text as it stands between the quotes of a JSON string.
    private static func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.append(string: text, to: &bytes)
        return Array(bytes.dropFirst().dropLast())
    }
}
