/// How much a finding matters, most first.
package enum Severity: UInt8, Comparable, CaseIterable, Sendable {
    /// Money moved outside the control.
    case blocker
    case critical
    case major
    case minor
    case info

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The severity in one word.
    package var word: String {
        switch self {
        case .blocker: "blocker"
        case .critical: "critical"
        case .major: "major"
        case .minor: "minor"
        case .info: "info"
        }
    }

    /// The severity of that word or of its letter as in B, C, M, m, i.
    package init?(word: String) {
        switch word {
        case "blocker", "B", "b": self = .blocker
        case "critical", "C", "c": self = .critical
        case "major", "M": self = .major
        case "minor", "m": self = .minor
        case "info", "i", "I": self = .info
        default: return nil
        }
    }

    /// A shape that stands for the severity where colour cannot.
    var mark: String {
        switch self {
        case .blocker: "\u{25A0}"
        case .critical: "\u{25B2}"
        case .major: "\u{25C6}"
        case .minor: "\u{25CB}"
        case .info: "\u{00B7}"
        }
    }
}
