/// The reconciliation in a few lines, for the terminal.
enum TextReport {
    /// How many problems of the inputs are told one by one; the reports have all of them.
    private static let problemsMax = 10

    /// Verdict, what was found, the proof line, and where the reports are.
    static func text(_ reconciliation: Reconciliation, paths: [String]) -> String {
        let judgement = reconciliation.judgement
        var lines = [
            "\(judgement.verdict.rawValue.uppercased()): \(SummaryText.reason(reconciliation))",
            "period: \(SummaryText.period(reconciliation))",
            SummaryText.figures(reconciliation).map { "\($0.label) \($0.value)" }.joined(separator: ", "),
        ]
        for check in Check.allCases {
            let count = judgement.counts[check] ?? .init()
            let number = count.failures + count.errors
            guard number > 0 else { continue }
            let severity = count.worst ?? check.severity
            lines.append(
                "  \(check.id) \(severity.word.padded(to: 8)) \(Figures.count(number).leftPadded(to: 7))  "
                    + check.title
            )
        }
        for problem in reconciliation.books.problems.prefix(problemsMax) {
            let place = problem.line.map { ", line \($0)" } ?? ""
            lines.append("  \(problem.check.id) \(problem.file)\(place): \(problem.text)")
        }
        for draft in judgement.drafts.filter({ $0.effect == .error }).prefix(problemsMax) {
            if case .sentence(_, let text) = draft.subject { lines.append("  \(draft.check.id) \(text)") }
        }
        for file in reconciliation.books.files + reconciliation.books.auditFiles {
            lines += file.notes.map { "note: \(file.name): \($0)" }
        }
        lines.append("proof: \(SummaryText.proof(reconciliation))")
        lines.append("reports: \(paths.joined(separator: ", "))")
        return SafeText.clean(lines.joined(separator: "\n"))
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
