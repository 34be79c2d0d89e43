/// A Swift file, as written and with comments and string contents blanked, line for line.
struct SwiftSource {
    var path: String
    /// The lines as written.
    var lines: [String]
    /// The same lines; every byte of a comment or a string literal is a space, so that rules see only code.
    var codeLines: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        codeLines = SwiftMask.blanked(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The target that the file belongs to: `KeybrakeStripe` for `Sources/KeybrakeStripe/Money/Money.swift`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// The file's own name without folders.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    func violation(line index: Int, _ message: String) -> Violation {
        Violation(path: path, line: index + 1, message: message)
    }
}
