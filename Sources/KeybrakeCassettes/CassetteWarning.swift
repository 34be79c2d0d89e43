/// Something odd about a cassette file that does not keep it from being used.
package struct CassetteWarning: Sendable, Equatable, CustomStringConvertible {
    /// The line at which it begins, counted from 1.
    package let line: Int
    package let text: String
    package var description: String { "line \(line): \(text)" }

    package init(line: Int, text: String) {
        self.line = line
        self.text = text
    }
}
