/// The type of a parameter or of a member of an answer.
package enum TypeShape: Sendable, Equatable {
    /// The document says nothing about the value.
    case any
    case boolean
    /// A boolean that is only ever `true`, such as `deleted`.
    case alwaysTrue
    case integer
    /// Whole seconds since 1970.
    case unixTime
    case number
    case string(StringShape)
    case enumeration(Enumeration)
    indirect case array(of: TypeShape)
    /// Free names with values of one type, such as `metadata`.
    indirect case map(of: TypeShape)
    case object(ObjectShape)
    /// An object of a resource, by the resource's name. Only in answers.
    case resource(String)
    /// An ID, or the object itself when the request expands the member. Only in answers.
    case expandable([String])
    case anyOf([TypeShape])
    /// `null` is allowed too. Only inside lists and maps; members and parameters say it in ``FieldShape/isNullable``.
    indirect case nullable(TypeShape)
    /// The empty string is allowed too. Only inside lists and maps; see ``FieldShape/acceptsEmpty``.
    indirect case emptyOr(TypeShape)
}

extension TypeShape {
    /// The shape of an object type; `nil` for anything else.
    package var object: ObjectShape? {
        if case .object(let shape) = self { shape } else { nil }
    }

    /// The resources that a value may be or may be expanded to; empty for anything else.
    ///
    /// Lists, maps and unions are looked through.
    package var resources: [String] {
        switch self {
        case .resource(let name): [name]
        case .expandable(let names): names
        case .anyOf(let alternatives): alternatives.flatMap(\.resources)
        case .array(let element), .map(let element), .nullable(let element), .emptyOr(let element): element.resources
        default: []
        }
    }
}

/// The limits of a text.
package struct StringShape: Sendable, Hashable {
    /// The syntaxes that Stripe names.
    package enum Format: Sendable, Hashable {
        case currency
        /// Decimal digits with an optional point.
        case decimal
        /// RFC 3339.
        case dateTime
        /// A whole 64-bit number in a JSON string.
        case integer64
        case binary
        /// The bare path of a list, in which `*` stands for an ID.
        case listPath(String)
    }

    /// The syntax; `nil` for free text.
    package let format: Format?
    /// How many characters are allowed; `nil` when the document states no limit.
    package let lengthMax: Int?
}

/// The words that a text may be.
package struct Enumeration: Sendable, Hashable {
    /// The words, in the order of Stripe's document; never empty.
    package let values: [String]
    /// Whether Stripe takes words that are not listed.
    package let isOpen: Bool
    /// How many characters an unlisted word may have; `nil` when the document states no limit.
    package let lengthMax: Int?
    /// The place in the catalogue's table, or `nil` for a single word.
    let number: Int?
}
