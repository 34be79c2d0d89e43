internal import KeybrakeStripe

/// A search query: clauses joined by `AND` (or a blank) or by `OR`, never by both.
///
///     status:"succeeded" AND amount>1000 -currency:"eur" metadata["order"]:"7"
struct SearchQuery: Sendable {
    /// How a clause compares.
    enum Comparison: Sendable {
        /// Equal; texts are compared without regard to case.
        case exact
        /// The text contains the value.
        case substring
        case below, atMost, above, atLeast
    }

    /// One condition on a field.
    struct Clause: Sendable {
        var path: [String]
        var comparison: Comparison
        /// `nil` stands for `null`: the field is not set.
        var value: String?
        var isNegated: Bool
    }

    /// What a field holds decides how it can be compared.
    enum FieldKind: Sendable {
        /// Equal or not, without regard to case.
        case token
        /// Equal, or containing a text.
        case string
        case number
    }

    static let clausesMax = 10
    /// How long a part of a text must be to be looked for.
    static let substringCharactersMin = 3
    static let bytesMax = 2_000

    private(set) var clauses: [Clause] = []
    private var isAny = false

    /// - Parameters:
    ///   - fields: what may be searched, dotted, and what is in it; `metadata` stands for its keys.
    ///   - collection: what the resource is called in messages (`charges`).
    /// - Throws: 400 that names `query`.
    init(_ text: String, fields: [String: FieldKind], collection: String) throws(StripeError) {
        guard !text.isEmpty, text.utf8.count <= Self.bytesMax else {
            throw Self.refused("it must have 1 to \(Self.bytesMax) characters")
        }
        var reader = SearchReader(text)
        var connector: String?
        while true {
            let clause = try reader.clause()
            let name = clause.path.joined(separator: ".")
            guard let kind = clause.path.first == "metadata" ? .token : fields[name] else {
                throw .invalid(
                    "Field `\(name.prefix(60))` is an unsupported search field for resource `\(collection)`. It has "
                        + "\(fields.keys.sorted().joined(separator: ", ")).", param: "query")
            }
            try Self.check(clause, kind, name: name)
            clauses.append(clause)
            guard clauses.count <= Self.clausesMax else {
                throw Self.refused("it has more than \(Self.clausesMax) clauses")
            }
            guard !reader.isAtEnd else { break }
            let word = reader.connector()
            guard connector == nil || connector == word else {
                throw Self.refused("AND and OR cannot be mixed")
            }
            connector = word
        }
        isAny = connector == "OR"
    }

    /// Refuses an operator that goes with another kind of field.
    private static func check(_ clause: Clause, _ kind: FieldKind, name: String) throws(StripeError) {
        let isAllowed =
            switch clause.comparison {
            case .exact: true
            case .substring: kind == .string
            case .below, .atMost, .above, .atLeast: kind == .number
            }
        guard isAllowed else { throw refused("the operator does not go with the field `\(name.prefix(60))`") }
        if kind == .number, let value = clause.value, !ScalarCheck.isInteger(value) {
            throw refused("`\(name)` is compared with whole numbers")
        }
        if clause.comparison == .substring, (clause.value ?? "").count < substringCharactersMin {
            throw refused("a part of a text must have at least \(substringCharactersMin) characters")
        }
    }

    func fits(_ object: JSONObject) -> Bool {
        isAny ? clauses.contains { $0.fits(object) } : clauses.allSatisfy { $0.fits(object) }
    }

    static func refused(_ reason: String) -> StripeError {
        .invalid("We were unable to parse your search query: \(reason).", param: "query")
    }
}

extension SearchQuery.Clause {
    func fits(_ object: JSONObject) -> Bool {
        var found: JSONValue = .object(object)
        for name in path { found = found[name] ?? .null }
        return holds(found) != isNegated
    }

    private func holds(_ found: JSONValue) -> Bool {
        guard let value else { return found.isNull }
        if let number = found.integerValue {
            guard let wanted = Int64(value) else { return false }
            return switch comparison {
            case .exact: number == wanted
            case .below: number < wanted
            case .atMost: number <= wanted
            case .above: number > wanted
            case .atLeast: number >= wanted
            case .substring: false
            }
        }
        if let truth = found.boolValue { return comparison == .exact && value == (truth ? "true" : "false") }
        guard let text = (found.stringValue ?? found["id"]?.stringValue)?.lowercased() else { return false }
        switch comparison {
        case .exact: return text == value.lowercased()
        case .substring: return text.contains(value.lowercased())
        default: return false
        }
    }
}
