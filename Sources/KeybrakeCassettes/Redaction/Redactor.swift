internal import KeybrakeStripe

/// Takes what is secret out of requests and answers before they are stored, and out of requests before they are
/// compared with what is stored.
///
/// Redacting twice changes nothing more, and equal secrets get equal stand-ins, so links between interactions hold.
struct Redactor: Sendable {
    private let rules: RedactionRules

    init(_ rules: RedactionRules) {
        self.rules = rules
    }

    /// The request without secrets. Raw bodies are left as they are; the final scan refuses those with a secret.
    func redact(_ request: RecordedRequest) -> RecordedRequest {
        var request = request
        if let parameters = redact(request.parameters, place: .top) { request.parameters = parameters }
        if let json = request.json, let clean = redact(json, place: .top, isRequest: true) { request.json = clean }
        return request
    }

    /// The answer without secrets, with only the headers that are worth keeping.
    func redact(_ response: RecordedResponse) -> RecordedResponse {
        var response = response
        if case .json(let json) = response.body, let clean = redact(json, place: .top, isRequest: false) {
            response.body = .json(clean)
        }
        response.headers = ResponseHeaders.stable(response.headers).map { ($0, TextRedactor.redact($1) ?? $1) }
        return response
    }

    /// The circumstances without secrets, with those of the answer's headers that differ each time.
    func redact(_ facts: VolatileFacts, headers: [(name: String, value: String)]) -> VolatileFacts {
        var facts = facts
        facts.conversation = facts.conversation.map { TextRedactor.redact($0) ?? $0 }
        facts.headers = ResponseHeaders.volatile(headers).map { ($0, TextRedactor.redact($1) ?? $1) }
        facts.values = []
        return facts
    }

    // MARK: Forms

    private func redact(_ map: FormMap, place: TextPlace) -> FormMap? {
        var changed: [FormMap.Field]?
        for (index, field) in map.fields.enumerated() {
            let inside = place.inside(field.name)
            let treatment = treatment(inside, isRequest: true, hasNumber: map["number"] != nil)
            guard let value = redact(field.value, place: inside, treatment: treatment) else { continue }
            if changed == nil { changed = map.fields }
            changed?[index].value = value
        }
        return changed.map { FormMap($0) }
    }

    private func redact(_ value: FormValue, place: TextPlace, treatment: SecretNames.Treatment?) -> FormValue? {
        switch value {
        case .text(let text):
            return redact(text, treatment: treatment).map { .text($0) }
        case .map(let map):
            guard treatment == .everything else { return redact(map, place: place).map { .map($0) } }
            return .map(FormMap(map.fields.map { .init(name: $0.name, value: covered($0.value)) }))
        case .list(let elements):
            let redacted = elements.map { redact($0, place: place, treatment: treatment) }
            guard redacted.contains(where: { $0 != nil }) else { return nil }
            return .list(zip(elements, redacted).map { $1 ?? $0 })
        }
    }

    private func covered(_ value: FormValue) -> FormValue {
        redact(value, place: .top, treatment: .everything) ?? value
    }

    // MARK: JSON

    private func redact(_ object: JSONObject, place: TextPlace, isRequest: Bool) -> JSONObject? {
        var changed: [JSONObject.Member]?
        for (index, member) in object.members.enumerated() {
            let inside = place.inside(member.name)
            let treatment = treatment(inside, isRequest: isRequest, hasNumber: object["number"] != nil)
            guard let value = redact(member.value, place: inside, isRequest: isRequest, treatment: treatment) else {
                continue
            }
            if changed == nil { changed = object.members }
            changed?[index].value = value
        }
        return changed.map { JSONObject($0) }
    }

    /// The value without secrets, `nil` when there is none in it. Types stay, so that typed clients can still read it.
    private func redact(
        _ value: JSONValue, place: TextPlace, isRequest: Bool, treatment: SecretNames.Treatment? = nil
    ) -> JSONValue? {
        switch value {
        case .string(let text): return redact(text, treatment: treatment).map { .string($0) }
        case .integer, .numeral:
            let constant: JSONValue = place.name == "year" ? 1901 : 1
            guard treatment?.coversNumbers == true, value != constant else { return nil }
            return constant
        case .object(let object):
            if treatment == .everything { return covered(object, place: place, isRequest: isRequest) }
            return redact(object, place: place, isRequest: isRequest).map { .object($0) }
        case .array(let elements):
            let redacted = elements.map {
                redact($0, place: place, isRequest: isRequest, treatment: treatment)
            }
            guard redacted.contains(where: { $0 != nil }) else { return nil }
            return .array(zip(elements, redacted).map { $1 ?? $0 })
        case .null, .bool: return nil
        }
    }

    private func covered(_ object: JSONObject, place: TextPlace, isRequest: Bool) -> JSONValue? {
        let members = object.members.map { member in
            let inside = place.inside(member.name)
            let value = redact(member.value, place: inside, isRequest: isRequest, treatment: .everything)
            return JSONObject.Member(name: member.name, value: value ?? member.value)
        }
        guard members != object.members else { return nil }
        return .object(JSONObject(members))
    }

    // MARK: Texts

    private func treatment(
        _ place: TextPlace, isRequest: Bool, hasNumber: @autoclosure () -> Bool
    ) -> SecretNames.Treatment? {
        if let treatment = SecretNames.treatment(place.name, additional: rules.additionalNames) { return treatment }
        if place.name == "number", place.parent == "document" { return .whole }
        guard isRequest else { return nil }
        switch place.name {
        case "number": return CardPlace.isCard(place.parent) ? .card : nil
        case "exp_month", "exp_year": return CardPlace.isCard(place.parent) || hasNumber() ? .whole : nil
        default: return nil
        }
    }

    private func redact(_ text: String, treatment: SecretNames.Treatment?) -> String? {
        let standIn: String
        switch treatment {
        case nil: return TextRedactor.redact(text)
        // An empty value unsets a parameter; that is no secret.
        case _ where text.isEmpty: return nil
        case .whole, .everything: standIn = Pseudonym.constant
        case .lastFour: standIn = Pseudonym.lastFour(text)
        case .card: standIn = CardNumber.mask(text)
        case .credential: standIn = credential(text)
        }
        return standIn == text ? nil : standIn
    }

    /// The stand-in of a whole value, keeping the beginning that says what it is.
    private func credential(_ text: String) -> String {
        Pseudonym.isStandIn(text) ? text : Pseudonym.token(text, keeping: TextRedactor.secretPrefix(of: text))
    }
}

/// Names of the maps in requests that hold a card.
private enum CardPlace {
    static func isCard(_ name: String) -> Bool {
        switch name {
        case "card", "source", "external_account", "card_present", "default_source": true
        default: false
        }
    }
}

extension SecretNames.Treatment {
    /// Whether a number may not be kept either.
    fileprivate var coversNumbers: Bool {
        switch self {
        case .whole, .everything, .card, .lastFour: true
        case .credential: false
        }
    }
}
