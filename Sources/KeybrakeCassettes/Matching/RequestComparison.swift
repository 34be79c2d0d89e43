internal import KeybrakeStripe

/// Tells in which parameters two requests differ, by the rules of matching.
struct RequestComparison {
    let bindings: SessionBindings
    let values: RecordedValues
    let rules: MatchRules

    /// The differences in the order of the recorded request, then what only the sent one has.
    func differences(recorded: RecordedRequest, sent: RecordedRequest) -> [Miss.Difference] {
        var differences: [Miss.Difference] = []
        func compare(_ name: String, _ recorded: String?, _ sent: String?) {
            guard recorded != sent else { return }
            if let recorded, let sent, areEqual(recorded, sent) { return }
            differences.append(Miss.Difference(name: name, recorded: recorded, sent: sent))
        }
        compare("path", recorded.path, sent.path)
        compare("Stripe-Account", recorded.account, sent.account)
        if !rules.allow(sent.apiVersion, recorded: recorded.apiVersion) {
            compare("Stripe-Version", recorded.apiVersion, sent.apiVersion)
        }
        let recordedLeaves = Self.leaves(recorded)
        let sentLeaves = Dictionary(Self.leaves(sent).map { ($0.name, $0.text) }) { first, _ in first }
        for leaf in recordedLeaves { compare(leaf.name, leaf.text, sentLeaves[leaf.name]) }
        let known = Set(recordedLeaves.map(\.name))
        for leaf in Self.leaves(sent) where !known.contains(leaf.name) { compare(leaf.name, nil, leaf.text) }
        if recorded.raw.map(MultipartBoundary.normalised) != sent.raw.map(MultipartBoundary.normalised) {
            compare("body", Self.size(recorded.raw), Self.size(sent.raw) ?? "other bytes")
        }
        return differences.map(restored)
    }

    /// Whether two texts match: tags aside, UUIDs as they are bound.
    private func areEqual(_ recorded: String, _ sent: String) -> Bool {
        let recorded = CanonicalText(recorded)
        let sent = CanonicalText(sent)
        guard recorded.bytes == sent.bytes, recorded.uuids.count == sent.uuids.count else { return false }
        return zip(recorded.uuids, sent.uuids).allSatisfy { bindings.allows($1.value, for: $0.value, values) }
    }

    /// The difference with the UUIDs that were recorded in place of their stand-ins.
    private func restored(_ difference: Miss.Difference) -> Miss.Difference {
        guard let recorded = difference.recorded, let uuid = UUIDText(wholeOf: recorded),
            let value = values.recorded(for: uuid.value)
        else { return difference }
        return Miss.Difference(
            name: difference.name, recorded: UUIDText(value, hasHyphens: uuid.hasHyphens).text, sent: difference.sent)
    }

    private static func size(_ raw: [UInt8]?) -> String? { raw.map { "\($0.count) bytes" } }

    // MARK: Leaves

    private static func leaves(_ request: RecordedRequest) -> [(name: String, text: String)] {
        var leaves: [(name: String, text: String)] = []
        for field in request.parameters.fields {
            collect(field.value, name: field.name, place: TextPlace.top.inside(field.name), into: &leaves)
        }
        if let json = request.json { collect(json, name: "", place: .top, into: &leaves) }
        return leaves
    }

    private static func collect(
        _ value: FormValue, name: String, place: TextPlace, into leaves: inout [(name: String, text: String)]
    ) {
        switch value {
        case .text(let text):
            guard !Attribution.isAttribution(place.name, parent: place.parent) else { return }
            leaves.append((name, text))
        case .list(let elements):
            for (index, element) in (place.isSet ? elements.sortedAsSet : elements).enumerated() {
                collect(element, name: "\(name)[\(index)]", place: place, into: &leaves)
            }
        case .map(let map):
            for field in map.fields {
                collect(field.value, name: "\(name)[\(field.name)]", place: place.inside(field.name), into: &leaves)
            }
        }
    }

    private static func collect(
        _ value: JSONValue, name: String, place: TextPlace, into leaves: inout [(name: String, text: String)]
    ) {
        switch value {
        case .object(let object):
            for member in object.members {
                let inside = name.isEmpty ? member.name : "\(name).\(member.name)"
                collect(member.value, name: inside, place: place.inside(member.name), into: &leaves)
            }
        case .array(let elements):
            for (index, element) in (place.isSet ? elements.sortedAsSet : elements).enumerated() {
                collect(element, name: "\(name)[\(index)]", place: place, into: &leaves)
            }
        case .string(let text):
            guard !Attribution.isAttribution(place.name, parent: place.parent) else { return }
            leaves.append((name, text))
        default: leaves.append((name, JSONWriter.text(value)))
        }
    }
}

extension [FormValue] {
    fileprivate var sortedAsSet: [FormValue] { sorted { ($0.text ?? "") < ($1.text ?? "") } }
}

extension [JSONValue] {
    fileprivate var sortedAsSet: [JSONValue] { sorted { ($0.stringValue ?? "") < ($1.stringValue ?? "") } }
}
