internal import KeybrakeStripe

/// Reads the clauses of a search query from left to right.
struct SearchReader {
    private let characters: [Character]
    private var at = 0

    init(_ text: String) {
        characters = Array(text)
    }

    var isAtEnd: Bool { characters[at...].allSatisfy(\.isWhitespace) }

    /// `AND`, which a blank means too, or `OR`.
    mutating func connector() -> String {
        skipBlanks()
        for word in ["AND", "OR"] where matches(word) {
            at += word.count
            return word
        }
        return "AND"
    }

    /// `-field.part["key"]:"value"`.
    mutating func clause() throws(StripeError) -> SearchQuery.Clause {
        skipBlanks()
        let isNegated = take("-")
        var path = [try name()]
        while true {
            if take(".") {
                path.append(try name())
            } else if take("[") {
                path.append(try quoted())
                guard take("]") else { throw SearchQuery.refused("a `]` is missing") }
            } else {
                break
            }
        }
        let comparison = try comparison()
        return SearchQuery.Clause(path: path, comparison: comparison, value: try value(), isNegated: isNegated)
    }

    private mutating func comparison() throws(StripeError) -> SearchQuery.Comparison {
        if take(":") { return .exact }
        if take("~") { return .substring }
        if take("<") { return take("=") ? .atMost : .below }
        if take(">") { return take("=") ? .atLeast : .above }
        throw SearchQuery.refused("a field must be followed by `:`, `~`, `<` or `>`")
    }

    private mutating func value() throws(StripeError) -> String? {
        if at < characters.count, characters[at] == "\"" || characters[at] == "'" { return try quoted() }
        let word = takeWord { !$0.isWhitespace }
        guard !word.isEmpty else { throw SearchQuery.refused("a value is missing") }
        if word == "null" { return nil }
        guard word == "true" || word == "false" || ScalarCheck.isInteger(word) else {
            throw SearchQuery.refused("texts must be in quotes, unlike \(word.prefix(40))")
        }
        return word
    }

    private mutating func name() throws(StripeError) -> String {
        let name = takeWord { $0.isLetter || $0.isNumber || $0 == "_" }
        guard !name.isEmpty else { throw SearchQuery.refused("the name of a field is missing") }
        return name
    }

    private mutating func quoted() throws(StripeError) -> String {
        guard at < characters.count, characters[at] == "\"" || characters[at] == "'" else {
            throw SearchQuery.refused("a quoted text is missing")
        }
        let quote = characters[at]
        at += 1
        var text = ""
        while at < characters.count, characters[at] != quote {
            if characters[at] == "\\", at + 1 < characters.count { at += 1 }
            text.append(characters[at])
            at += 1
        }
        guard at < characters.count else { throw SearchQuery.refused("a quote is not closed") }
        at += 1
        return text
    }

    private mutating func takeWord(while belongs: (Character) -> Bool) -> String {
        let start = at
        while at < characters.count, belongs(characters[at]) { at += 1 }
        return String(characters[start..<at])
    }

    private mutating func take(_ character: Character) -> Bool {
        guard at < characters.count, characters[at] == character else { return false }
        at += 1
        return true
    }

    private func matches(_ word: String) -> Bool {
        let end = at + word.count
        guard end < characters.count, characters[end].isWhitespace else { return false }
        return String(characters[at..<end]) == word
    }

    private mutating func skipBlanks() {
        while at < characters.count, characters[at].isWhitespace { at += 1 }
    }
}
