/// Finds the functions, initialisers and subscripts with a body in blanked Swift text.
enum FunctionFinder {
    struct Function {
        /// Index of the line with the introducing keyword.
        var firstLine: Int
        /// Index of the line with the closing brace.
        var lastLine: Int
        var lineCount: Int { lastLine - firstLine + 1 }
    }

    private struct Token {
        var text: Substring
        var line: Int
        var followsDot: Bool
    }

    private static let introducers: Set<Substring> = ["func", "init", "deinit", "subscript"]
    /// A declaration that begins before a brace was met: the function before it had no body (a requirement).
    private static let declarations: Set<Substring> = [
        "func", "init", "var", "let", "associatedtype", "static", "case",
    ]

    static func functions(in codeLines: [String]) -> [Function] {
        let tokens = codeLines.enumerated().flatMap { readTokens(of: $0.element, line: $0.offset) }
        var found: [Function] = []
        for index in tokens.indices where introducers.contains(tokens[index].text) && !tokens[index].followsDot {
            if let opening = bodyOpening(of: tokens, after: index), let closing = matchingBrace(of: tokens, at: opening)
            {
                found.append(Function(firstLine: tokens[index].line, lastLine: tokens[closing].line))
            }
        }
        return found
    }

    private static func bodyOpening(of tokens: [Token], after start: Int) -> Int? {
        var depth = 0
        for index in (start + 1)..<tokens.endIndex {
            switch tokens[index].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return index
            case "}" where depth == 0: return nil
            case let word where depth == 0 && declarations.contains(word) && index > start + 1: return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private static func matchingBrace(of tokens: [Token], at opening: Int) -> Int? {
        var depth = 0
        for index in opening..<tokens.endIndex {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// Words and single marks; operators are of no interest here.
    private static func readTokens(of line: String, line number: Int) -> [Token] {
        var found: [Token] = []
        var index = line.startIndex
        var previous: Character = " "
        while index < line.endIndex {
            let character = line[index]
            if character.isLetter || character == "_" {
                let end = line[index...].firstIndex { !($0.isLetter || $0.isNumber || $0 == "_") } ?? line.endIndex
                found.append(Token(text: line[index..<end], line: number, followsDot: previous == "."))
                previous = "a"
                index = end
            } else {
                let next = line.index(after: index)
                if "(){}[]".contains(character) {
                    found.append(Token(text: line[index..<next], line: number, followsDot: false))
                }
                previous = character
                index = next
            }
        }
        return found
    }
}
