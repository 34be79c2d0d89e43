internal import KeybrakeStripe

/// Where in a tree a text lies: the name of its member, and the name of the member around that.
///
/// The elements of a list have the list's name.
struct TextPlace {
    var name: String
    var parent: String

    /// The place at the top of a tree.
    static let top = TextPlace(name: "", parent: "")

    func inside(_ name: String) -> TextPlace { TextPlace(name: name, parent: self.name) }
}

extension FormMap {
    /// The tree with texts replaced where `rewrite` gives another; `nil` when it gives none.
    func rewritingTexts(_ place: TextPlace = .top, _ rewrite: (String, TextPlace) -> String?) -> FormMap? {
        var changed: [Field]?
        for (index, field) in fields.enumerated() {
            guard let value = field.value.rewritingTexts(place.inside(field.name), rewrite) else { continue }
            if changed == nil { changed = fields }
            changed?[index].value = value
        }
        return changed.map { FormMap($0) }
    }
}

extension FormValue {
    /// The value with texts replaced where `rewrite` gives another; `nil` when it gives none.
    func rewritingTexts(_ place: TextPlace, _ rewrite: (String, TextPlace) -> String?) -> FormValue? {
        switch self {
        case .text(let text): return rewrite(text, place).map { .text($0) }
        case .map(let map): return map.rewritingTexts(place, rewrite).map { .map($0) }
        case .list(let elements):
            let rewritten = elements.map { $0.rewritingTexts(place, rewrite) }
            guard rewritten.contains(where: { $0 != nil }) else { return nil }
            return .list(zip(elements, rewritten).map { $1 ?? $0 })
        }
    }
}

extension JSONValue {
    /// The value with strings replaced where `rewrite` gives another; `nil` when it gives none.
    func rewritingTexts(_ place: TextPlace = .top, _ rewrite: (String, TextPlace) -> String?) -> JSONValue? {
        switch self {
        case .string(let text): return rewrite(text, place).map { .string($0) }
        case .array(let elements):
            let rewritten = elements.map { $0.rewritingTexts(place, rewrite) }
            guard rewritten.contains(where: { $0 != nil }) else { return nil }
            return .array(zip(elements, rewritten).map { $1 ?? $0 })
        case .object(let object):
            var changed: [JSONObject.Member]?
            for (index, member) in object.members.enumerated() {
                guard let value = member.value.rewritingTexts(place.inside(member.name), rewrite) else { continue }
                if changed == nil { changed = object.members }
                changed?[index].value = value
            }
            return changed.map { .object(JSONObject($0)) }
        default: return nil
        }
    }
}
