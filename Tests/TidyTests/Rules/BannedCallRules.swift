/// Calls that this project does not use, each with what it uses instead.
enum BannedCallRules {
    struct Ban {
        /// Text that may not occur in code; matched where no letter, digit or underscore touches its ends.
        var text: String
        var instead: String
        /// Source folders the ban holds in; nil for every one.
        var targets: Set<String>?
    }

    static let requestPath: Set<String> = [
        "KeybrakeStripe", "KeybrakeCrypto", "KeybrakeLedger", "KeybrakeCassettes", "KeybrakeEmulator",
        "KeybrakeGateway", "KeybrakeServer",
    ]
    private static let libraries = Set(ImportRules.allowed.keys).subtracting(["keybrake", "keybrake-audit"])

    static let bans: [Ban] = [
        Ban(text: "import Foundation", instead: "Glibc, and KeybrakeStripe's own types", targets: libraries),
        Ban(text: "import FoundationEssentials", instead: "Glibc, and KeybrakeStripe's own types", targets: libraries),
        Ban(text: "JSONDecoder", instead: "JSONParser"),
        Ban(text: "JSONEncoder", instead: "JSONWriter"),
        Ban(text: "JSONSerialization", instead: "JSONParser and JSONWriter"),
        Ban(text: "DateFormatter", instead: "CivilTime"),
        Ban(text: "ISO8601DateFormatter", instead: "CivilTime"),
        Ban(text: "NSRegularExpression", instead: "a small scanner over bytes"),
        Ban(text: "Regex", instead: "a small scanner over bytes"),
        Ban(text: "URLComponents", instead: "FormDecoder"),
        Ban(text: "[String: Any]", instead: "JSONObject or a type with names"),
        Ban(text: "try!", instead: "try, with the error handled"),
        Ban(text: "as!", instead: "as?, with the other case handled"),
        Ban(text: "fatalError", instead: "an error that says what is wrong"),
        Ban(text: "print(", instead: "a logger, or a value that the door prints", targets: libraries),
        Ban(text: "debugPrint(", instead: "a logger"),
        Ban(text: "Thread.sleep", instead: "a timer on the event loop", targets: requestPath),
    ]

    static func violations(_ source: SwiftSource) -> [Violation] {
        source.codeLines.indices.flatMap { index in
            bans.filter { ban in
                (ban.targets?.contains(source.target) ?? true) && occurs(ban.text, in: source.codeLines[index])
            }
            .map { source.violation(line: index, "'\($0.text)' is not used here; use \($0.instead)") }
        }
    }

    /// Whether `text` stands in `line` as a whole word where its ends are letters.
    static func occurs(_ text: String, in line: String) -> Bool {
        var rest = line[...]
        while let range = rest.firstRange(of: text) {
            let before = range.lowerBound == line.startIndex ? " " : line[line.index(before: range.lowerBound)]
            let after = range.upperBound == line.endIndex ? " " : line[range.upperBound]
            let touchesBefore = isWord(before) && text.first.map(isWord) == true
            let touchesAfter = isWord(after) && text.last.map(isWord) == true
            if !touchesBefore && !touchesAfter { return true }
            rest = line[range.upperBound...]
        }
        return false
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
