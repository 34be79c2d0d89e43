/// The fields of a decoded form, or of one bracketed level of it, in the order of the wire.
///
/// Names are unique within a map. Equality ignores the order, as Stripe does.
package struct FormMap: Sendable {
    /// One name with its value.
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: FormValue

        package init(name: String, value: FormValue) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init(_ fields: [Field] = []) {
        self.fields = fields
    }

    package var isEmpty: Bool { fields.isEmpty }
    package var count: Int { fields.count }

    /// Reads, replaces (keeping its place), appends, or with `nil` removes the field of that name.
    package subscript(name: String) -> FormValue? {
        get { fields.first { $0.name == name }?.value }
        set {
            let index = fields.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(Field(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The text of a scalar field, or `nil` when it is missing or no scalar.
    package func text(_ name: String) -> String? {
        self[name]?.text
    }

    /// The value at a path of names, such as `["metadata", "conversation_id"]`.
    package func value(at path: [String]) -> FormValue? {
        guard let first = path.first else { return nil }
        var value = self[first]
        for name in path.dropFirst() {
            value = value?.map?[name]
        }
        return value
    }

    /// Every scalar with its bracket path (`items[0][price]`), in the order of the tree.
    package func leaves() -> [(path: String, text: String)] {
        var leaves: [(path: String, text: String)] = []
        for field in fields {
            Self.collect(field.value, path: field.name, into: &leaves)
        }
        return leaves
    }

    private static func collect(_ value: FormValue, path: String, into leaves: inout [(path: String, text: String)]) {
        switch value {
        case .text(let text):
            leaves.append((path, text))
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                collect(element, path: "\(path)[\(index)]", into: &leaves)
            }
        case .map(let map):
            for field in map.fields {
                collect(field.value, path: "\(path)[\(field.name)]", into: &leaves)
            }
        }
    }

    /// Appends a field without looking whether the name is there already.
    mutating func append(_ field: Field) {
        fields.append(field)
    }

    /// Changes the value at a position in place.
    mutating func update(at index: Int, _ change: (inout FormValue) throws(FormDecoder.Failure) -> Void)
        throws(FormDecoder.Failure)
    {
        try change(&fields[index].value)
    }
}

extension FormMap: Hashable {
    package static func == (left: FormMap, right: FormMap) -> Bool {
        guard left.count == right.count else { return false }
        // Each level is compared once: comparing in order first and sorted afterwards would double the work per level.
        let isSameOrder = zip(left.fields, right.fields).allSatisfy { $0.name == $1.name }
        return isSameOrder ? left.fields == right.fields : left.sorted == right.sorted
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(sorted)
    }

    private var sorted: [Field] {
        fields.sorted { $0.name < $1.name }
    }
}

extension FormMap: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, FormValue)...) {
        self.init(elements.map { Field(name: $0.0, value: $0.1) })
    }
}

extension FormValue: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
}
