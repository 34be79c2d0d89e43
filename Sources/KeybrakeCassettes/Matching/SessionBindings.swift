/// Which value of this session stands where the recording had another.
///
/// One recorded value belongs to one sent value and the other way round, for the whole session.
struct SessionBindings: Sendable {
    private var sentOfStandIn: [UUIDText.Value: UUIDText] = [:]
    private var standInOfSent: [UUIDText.Value: UUIDText.Value] = [:]
    private(set) var conversations: [String: String] = [:]

    /// Whether the UUIDs of a request may be those of an interaction.
    ///
    /// A UUID that was sent in the recording is a constant of the test and only belongs to itself.
    func allow(_ sent: [UUIDText], for entry: CassetteIndex.Entry, _ values: RecordedValues) -> Bool {
        for (recorded, sent) in zip(entry.uuids, sent) where !allows(sent.value, for: recorded.value, values) {
            return false
        }
        return true
    }

    /// Whether one sent UUID may be one of the cassette.
    func allows(_ sent: UUIDText.Value, for standIn: UUIDText.Value, _ values: RecordedValues) -> Bool {
        if let bound = sentOfStandIn[standIn] { return bound.value == sent }
        if let bound = standInOfSent[sent] { return bound == standIn }
        if let constant = values.standIn(for: sent) { return constant == standIn }
        return true
    }

    /// Binds what an answered request sent to what its interaction recorded.
    mutating func bind(_ sent: CanonicalRequest, to entry: CassetteIndex.Entry) {
        for (recorded, sent) in zip(entry.uuids, sent.uuids) where sentOfStandIn[recorded.value] == nil {
            sentOfStandIn[recorded.value] = sent
            standInOfSent[sent.value] = recorded.value
        }
        for (recorded, sent) in Self.pairs(entry.marks, sent.marks) where recorded.isConversation {
            guard let uuid = UUIDText(wholeOf: recorded.value) else {
                conversations[recorded.value] = conversations[recorded.value] ?? sent.value
                continue
            }
            if let live = UUIDText(wholeOf: sent.value), sentOfStandIn[uuid.value] == nil {
                sentOfStandIn[uuid.value] = live
            }
        }
    }

    /// What this session has in place of a stand-in; `nil` when nothing was bound to it.
    func sent(for standIn: UUIDText.Value) -> UUIDText? { sentOfStandIn[standIn] }

    /// The marks of a recorded and of a sent request that belong together: the n-th tag to the n-th, names to names.
    static func pairs(
        _ recorded: [Attribution.Mark], _ sent: [Attribution.Mark]
    ) -> [(recorded: Attribution.Mark, sent: Attribution.Mark)] {
        var tags = sent.filter { $0.name.isEmpty }[...]
        return recorded.compactMap { mark in
            let partner = mark.name.isEmpty ? tags.popFirst() : sent.first { $0.name == mark.name }
            return partner.map { (mark, $0) }
        }
    }
}

extension Attribution.Mark {
    /// Whether the value is the id of a conversation.
    var isConversation: Bool { name.isEmpty || Attribution.conversationNames.contains(name) }
}
