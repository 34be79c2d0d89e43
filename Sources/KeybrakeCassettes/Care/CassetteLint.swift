internal import KeybrakeStripe

/// One thing that is wrong, or at least odd, about a cassette file.
package struct LintFinding: Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package enum Kind: String, Sendable {
        /// Something that redaction should have removed. Remove the file from version control and revoke the secret.
        case secret
        /// Data of real customers.
        case liveMode = "live-mode"
        /// The file or a record of it cannot be read.
        case damaged
        case tornTail = "torn-tail"
        /// A member that the format does not have: a typing error, or a file of a later program.
        case unknownMember = "unknown-member"
        /// A write that is in the cassette twice with the very same answer.
        case duplicate
        /// A failure of the recording itself: no access, rate limits, outages.
        case recordedFailure = "recorded-failure"
        /// Requests of several API versions in one cassette.
        case mixedVersions = "mixed-versions"
        /// No interaction at all.
        case empty
    }

    package let kind: Kind
    /// The line, counted from 1.
    package let line: Int
    /// Says what and where, without quoting a secret.
    package let text: String

    /// Whether a cassette with this finding should not be used or shared.
    package var isError: Bool {
        switch kind {
        case .secret, .liveMode, .damaged: true
        case .tornTail, .unknownMember, .duplicate, .recordedFailure, .mixedVersions, .empty: false
        }
    }

    package var description: String { "line \(line): \(isError ? "error" : "warning") \(kind.rawValue): \(text)" }
}

/// Looks for leaks, damage and oddities in a cassette file.
package enum CassetteLint {
    /// The findings of a file, in the order of its lines.
    package static func findings(_ bytes: [UInt8], path: String, rules: RedactionRules = .standard) -> [LintFinding] {
        do throws(CassetteError) {
            let (cassette, warnings) = try Cassette.read(bytes, path: path)
            var inspection = LintInspection(cassette, rules: rules)
            inspection.run()
            let torn = warnings.map { LintFinding(kind: .tornTail, line: $0.line, text: $0.text) }
            return (inspection.findings + torn).sorted { ($0.line, $0.text) < ($1.line, $1.text) }
        } catch {
            guard case .damaged(let line, let detail) = error.reason else {
                return [LintFinding(kind: .damaged, line: 1, text: error.description)]
            }
            return [LintFinding(kind: .damaged, line: line, text: detail)]
        }
    }
}
