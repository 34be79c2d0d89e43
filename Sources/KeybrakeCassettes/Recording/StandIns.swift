internal import KeybrakeStripe

/// The random values of a recording and their stand-ins: UUIDs and conversation ids, numbered as they first appear in
/// requests.
///
/// A second recording of the same calls gets the same stand-ins, so nothing but the `volatile` members differs.
struct StandIns {
    /// What the stand-ins of conversation ids begin with; a number follows.
    static let conversationPrefix = "conversation-"

    private var uuids: [UUIDText.Value: UUIDText.Value] = [:]
    private var conversations: [String: String] = [:]
    private var lastUUID = 0
    private var lastConversation = 0
    /// What was numbered since the last ``keepAdded()``.
    private(set) var added: [RenamedValue] = []

    init() {}

    /// Takes up where a cassette left off.
    init(continuing cassette: Cassette) throws(CassetteError) {
        if cassette.index.values.hasStandIns {
            for number in 1...cassette.count {
                for value in try cassette.interaction(number).volatile.values { map(value.recorded, to: value.standIn) }
            }
        }
        for entry in cassette.index.entries {
            for uuid in entry.uuids { lastUUID = max(lastUUID, uuid.value.standInNumber ?? 0) }
            for mark in entry.marks where mark.isConversation {
                lastConversation = max(lastConversation, Self.number(ofConversation: mark.value) ?? 0)
            }
        }
    }

    /// The other way round: from the stand-ins of a cassette back to what was recorded.
    init(undoing values: [RenamedValue]) {
        for value in values { map(value.standIn, to: value.recorded) }
    }

    private mutating func map(_ from: String, to: String) {
        if let source = UUIDText(wholeOf: from), let target = UUIDText(wholeOf: to) {
            uuids[source.value] = target.value
            lastUUID = max(lastUUID, target.value.standInNumber ?? 0)
        } else {
            conversations[from] = to
            lastConversation = max(lastConversation, Self.number(ofConversation: to) ?? 0)
        }
    }

    private static func number(ofConversation standIn: String) -> Int? {
        standIn.hasPrefix(conversationPrefix) ? Int(standIn.dropFirst(conversationPrefix.count)) : nil
    }

    /// Keeps what was numbered, because its interaction was written.
    mutating func keepAdded() {
        added = []
    }

    /// Forgets what was numbered since the last ``keepAdded()``, because its interaction was not written.
    mutating func forgetAdded() {
        for value in added {
            if let recorded = UUIDText(wholeOf: value.recorded) {
                uuids[recorded.value] = nil
                lastUUID -= 1
            } else {
                conversations[value.recorded] = nil
                lastConversation -= 1
            }
        }
        added = []
    }

    // MARK: Requests and answers

    /// The request with stand-ins for its random values; values seen for the first time get the next number.
    mutating func rename(_ request: RecordedRequest) -> RecordedRequest {
        rewrite(request, numbers: true)
    }

    /// The request with stand-ins for those of its values that have one.
    mutating func renameKnown(_ request: RecordedRequest) -> RecordedRequest {
        rewrite(request, numbers: false)
    }

    /// The answer with stand-ins for the random values of requests. What only Stripe made up is left alone.
    mutating func renameKnown(_ response: RecordedResponse) -> RecordedResponse {
        guard case .json(let json) = response.body,
            let renamed = json.rewritingTexts(.top, { renamed($0, $1, numbers: false) })
        else { return response }
        var response = response
        response.body = .json(renamed)
        return response
    }

    private mutating func rewrite(_ request: RecordedRequest, numbers: Bool) -> RecordedRequest {
        var request = request
        if let path = renamed(request.path, .top, numbers: numbers) { request.path = path }
        let parameters = request.parameters.rewritingTexts(.top) { renamed($0, $1, numbers: numbers) }
        if let parameters { request.parameters = parameters }
        if let json = request.json?.rewritingTexts(.top, { renamed($0, $1, numbers: numbers) }) { request.json = json }
        return request
    }

    // MARK: Texts

    private mutating func renamed(_ text: String, _ place: TextPlace, numbers: Bool) -> String? {
        if Attribution.isConversation(place.name, parent: place.parent), UUIDText(wholeOf: text) == nil {
            return conversation(text, numbers: numbers)
        }
        guard text.utf8.count >= 8 else { return nil }
        var text = text
        return text.withUTF8 { utf8 -> String? in
            var edits = TextEdits()
            renameTags(utf8, numbers: numbers, into: &edits)
            renameUUIDs(utf8, numbers: numbers, into: &edits)
            return edits.isEmpty ? nil : String(decoding: edits.apply(to: utf8), as: UTF8.self)
        }
    }

    private mutating func renameTags(
        _ utf8: UnsafeBufferPointer<UInt8>, numbers: Bool, into edits: inout TextEdits
    ) {
        var at = 0
        while let tag = Attribution.firstTag(in: utf8, from: at) {
            let id = String(decoding: utf8[tag.id], as: UTF8.self)
            if UUIDText(wholeOf: id) == nil, let standIn = conversation(id, numbers: numbers) {
                edits.replace(tag.id, with: Array(standIn.utf8))
            }
            at = tag.tag.upperBound
        }
    }

    private mutating func renameUUIDs(
        _ utf8: UnsafeBufferPointer<UInt8>, numbers: Bool, into edits: inout TextEdits
    ) {
        var at = 0
        while let found = UUIDText.first(in: utf8, from: at) {
            if let standIn = uuid(found.uuid, numbers: numbers) {
                edits.replace(found.range, with: Array(standIn.text.utf8))
            }
            at = found.range.upperBound
        }
    }

    private mutating func uuid(_ uuid: UUIDText, numbers: Bool) -> UUIDText? {
        if let known = uuids[uuid.value] { return UUIDText(known, hasHyphens: uuid.hasHyphens) }
        guard numbers else { return nil }
        lastUUID += 1
        let standIn = UUIDText.Value(standIn: lastUUID)
        uuids[uuid.value] = standIn
        added.append(RenamedValue(standIn: UUIDText(standIn).text, recorded: UUIDText(uuid.value).text))
        return UUIDText(standIn, hasHyphens: uuid.hasHyphens)
    }

    private mutating func conversation(_ id: String, numbers: Bool) -> String? {
        if let known = conversations[id] { return known }
        guard numbers, !id.isEmpty else { return nil }
        lastConversation += 1
        let standIn = "\(Self.conversationPrefix)\(lastConversation)"
        conversations[id] = standIn
        added.append(RenamedValue(standIn: standIn, recorded: id))
        return standIn
    }
}
