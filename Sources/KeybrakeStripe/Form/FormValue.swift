/// One value of a decoded form: a text, a list, or a map of further values.
package enum FormValue: Sendable, Hashable {
    case text(String)
    case list([FormValue])
    case map(FormMap)
}

extension FormValue {
    /// The text of a scalar; `nil` for a list or a map.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The elements of a list; `nil` for a text or a map.
    package var list: [FormValue]? {
        if case .list(let elements) = self { elements } else { nil }
    }

    /// The fields of a map. A list counts as a map of its indices, because `metadata[0]=a` is both on the wire.
    package var map: FormMap? {
        switch self {
        case .map(let fields): fields
        case .list(let elements):
            FormMap(elements.enumerated().map { FormMap.Field(name: String($0.offset), value: $0.element) })
        case .text: nil
        }
    }
}
