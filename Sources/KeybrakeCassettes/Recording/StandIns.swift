internal import KeybrakeStripe

/// The random values of a recording and their stand-ins: UUIDs and conversation ids, numbered as they first appear in
/// requests.
///
/// A second recording of the same calls gets the same stand-ins, so nothing but the `volatile` members differs.
struct StandIns {
    private var uuids: [UUIDText.Value: UUIDText.Value] = [:]
    private var conversations: [String: String] = [:]
    /// What was numbered since the last ``keepAdded()``.
    private(set) var added: [RenamedValue] = []

    /// Takes up where a cassette left off.
    mutating func restore(_ value: RenamedValue) {
        if let recorded = UUIDText(wholeOf: value.recorded), let standIn = UUIDText(wholeOf: value.standIn) {
            uuids[recorded.value] = standIn.value
        } else {
            conversations[value.recorded] = value.standIn
        }
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
            } else {
                conversations[value.recorded] = nil
            }
        }
        added = []
    }

    // MARK: Requests

    /// The request with stand-ins for its random values; values seen for the first time get the next number.
    mutating func rename(_ request: RecordedRequest) -> RecordedRequest {
        var request = request
        if let path = renamed(request.path, .top, numbers: true) { request.path = path }
        let parameters = request.parameters.rewritingTexts(.top) { renamed($0, $1, numbers: true) }
        if let parameters { request.parameters = parameters }
        if let json = request.json?.rewritingTexts(.top, { renamed($0, $1, numbers: true) }) { request.json = json }
        return request
    }

    /// The answer with stand-ins for the random values of requests. What only Stripe made up is left alone.
    mutating func rename(_ response: RecordedResponse) -> RecordedResponse {
        guard case .json(let json) = response.body,
            let renamed = json.rewritingTexts(.top, { renamed($0, $1, numbers: false) })
        else { return response }
        var response = response
        response.body = .json(renamed)
        return response
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
            var at = 0
            while let tag = Attribution.firstTag(in: utf8, from: at) {
                let id = String(decoding: utf8[tag.id], as: UTF8.self)
                if UUIDText(wholeOf: id) == nil, let standIn = conversation(id, numbers: numbers) {
                    edits.replace(tag.id, with: Array(standIn.utf8))
                }
                at = tag.tag.upperBound
            }
            at = 0
            while let found = UUIDText.first(in: utf8, from: at) {
                if let standIn = uuid(found.uuid, numbers: numbers) {
                    edits.replace(found.range, with: Array(standIn.text.utf8))
                }
                at = found.range.upperBound
            }
            return edits.isEmpty ? nil : String(decoding: edits.apply(to: utf8), as: UTF8.self)
        }
    }

    private mutating func uuid(_ uuid: UUIDText, numbers: Bool) -> UUIDText? {
        if let known = uuids[uuid.value] {
            return UUIDText(known, hasHyphens: uuid.hasHyphens)
        }
        guard numbers else { return nil }
        let standIn = UUIDText(UUIDText.Value(standIn: uuids.count + 1), hasHyphens: uuid.hasHyphens)
        uuids[uuid.value] = standIn.value
        let value = UUIDText(standIn.value)
        added.append(RenamedValue(standIn: value.text, recorded: UUIDText(uuid.value).text))
        return standIn
    }

    private mutating func conversation(_ id: String, numbers: Bool) -> String? {
        if let known = conversations[id] { return known }
        guard numbers, !id.isEmpty else { return nil }
        let standIn = "\(Self.conversationPrefix)\(conversations.count + 1)"
        conversations[id] = standIn
        added.append(RenamedValue(standIn: standIn, recorded: id))
        return standIn
    }

    /// What the stand-ins of conversation ids begin with; a number follows.
    static let conversationPrefix = "conversation-"
}
