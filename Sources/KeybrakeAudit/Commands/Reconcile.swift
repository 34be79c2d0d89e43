/// `keybrake-audit reconcile`: reads, judges, writes the reports, and says what came of it.
package enum Reconcile {
    /// What is to be reconciled, and where the reports go.
    package struct Request: Sendable {
        package var exports: [String]
        package var audit: String
        /// The name of the report, and of its files without their endings.
        package var name: String
        /// Folder for reports whose path is not given.
        package var folder: String
        package var junit: String?
        package var html: String?
        package var json: String?
        package var settings: ReconcileSettings
        /// Whether to tell on standard error how far the work has come.
        package var showsProgress: Bool

        package init(
            exports: [String], audit: String, name: String? = nil, folder: String = "reports", junit: String? = nil,
            html: String? = nil, json: String? = nil, settings: ReconcileSettings = ReconcileSettings(),
            showsProgress: Bool = false
        ) {
            self.exports = exports
            self.audit = audit
            self.name = name ?? ReportName.derived(from: exports)
            self.folder = folder
            self.junit = junit
            self.html = html
            self.json = json
            self.settings = settings
            self.showsProgress = showsProgress
        }
    }

    /// What came of it.
    package struct Answer: Sendable {
        package let verdict: Verdict
        /// A few lines for standard output.
        package let text: String
    }

    /// Does everything, and writes all reports even when the inputs are bad.
    package static func run(_ request: Request) throws(OutputFailure) -> Answer {
        let reconciliation = Reconciliation(
            exports: request.exports, audit: request.audit, settings: request.settings,
            showsProgress: request.showsProgress)
        let base = "\(request.folder)/\(ReportName.fileName(request.name))"
        let paths = [
            request.html ?? base + ".html", request.junit ?? base + ".junit.xml",
            request.json ?? base + ".findings.jsonl",
        ]
        var lines = try FileStream(path: paths[2])
        let reports = try Reports(reconciliation, name: request.name) { bytes throws(OutputFailure) in
            try lines.write(bytes)
        }
        let outputs = [
            try FileWriter.write(reports.html, to: paths[0]), try FileWriter.write(reports.junit, to: paths[1]),
            try lines.finish(),
        ]
        let summary = SummaryDocument.bytes(reconciliation, name: request.name, outputs: outputs)
        try FileWriter.write(summary, to: summaryPath(html: paths[0]))
        return Answer(
            verdict: reconciliation.judgement.verdict, text: TextReport.text(reconciliation, paths: paths))
    }

    /// The summary lies beside the page.
    static func summaryPath(html: String) -> String {
        (html.hasSuffix(".html") ? String(html.dropLast(5)) : html) + ".summary.json"
    }
}

/// All reports of a reconciliation, made in one pass over the findings.
struct Reports {
    /// How many bytes of finding lines are collected before they are handed on.
    private static let lineBytesMax = 1 << 20

    let html: [UInt8]
    let junit: [UInt8]

    /// - Parameter writeLines: takes the finding lines, piece by piece, as there may be millions.
    init(
        _ reconciliation: Reconciliation, name: String, writeLines: ([UInt8]) throws(OutputFailure) -> Void
    ) throws(OutputFailure) {
        let evidence = reconciliation.evidence()
        var page = HTMLReport(reconciliation, name: name)
        var suites = JUnitReport(reconciliation)
        var lines: [UInt8] = []
        for draft in reconciliation.judgement.drafts {
            let finding = evidence.finding(draft)
            FindingLines.append(finding, to: &lines)
            page.add(finding)
            suites.add(finding)
            if lines.count >= Self.lineBytesMax {
                try writeLines(lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        try writeLines(lines)
        html = page.finish()
        junit = suites.finish()
    }
}
