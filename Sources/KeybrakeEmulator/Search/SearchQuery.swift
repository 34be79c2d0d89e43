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

    static let clausesMax = 10
    static let bytesMax = 2_000

    private(set) var clauses: [Clause] = []
    private var isAny = false

    /// - Parameters:
    ///   - fields: what may be searched, dotted; `metadata` stands for its keys.
    ///   - collection: what the resource is called in messages (`charges`).
    /// - Throws: 400 that names `query`.
    init(_ text: String, fields: Set<String>, collection: String) throws(StripeError) {
        guard !text.isEmpty, text.utf8.count <= Self.bytesMax else {
            throw Self.refused("it must have 1 to \(Self.bytesMax) characters")
        }
        var reader = SearchReader(text)
        var connector: String?
        while true {
            let clause = try reader.clause()
            guard fields.contains(clause.path.joined(separator: ".")) || clause.path.first == "metadata" else {
                throw .invalid(
                    "Field `\(clause.path.joined(separator: ".").prefix(60))` is an unsupported search field for "
                        + "resource `\(collection)`. It has \(fields.sorted().joined(separator: ", ")).",
                    param: "query")
            }
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
