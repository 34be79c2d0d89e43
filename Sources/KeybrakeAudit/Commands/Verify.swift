internal import KeybrakeStripe

/// `keybrake-audit verify`: are the files of a report the ones that were written, and do the numbers add up?
package enum Verify {
    /// Checks the report of that summary.
    ///
    /// - Throws: ``OutputFailure`` when the folder cannot be read.
    package static func run(summary path: String) throws(OutputFailure) -> (isSound: Bool, text: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folderPath = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
        let folder = try ReportFolder(path: folderPath.isEmpty ? "/" : folderPath)
        guard let report = folder.reports.first(where: { $0.summaryName == ExportReader.baseName(path) }) else {
            throw OutputFailure(description: "\(path) is no summary of a report")
        }
        var lines = report.files.map { "\($0.state.rawValue): \($0.name)" }
        var isSound = report.isIntact
        for (check, stated, counted) in counts(report, folder: folderPath) where stated != counted {
            isSound = false
            lines.append("\(check): the summary states \(stated) findings, the lines have \(counted)")
        }
        for line in report.summary["proof"]?.arrayValue ?? [] {
            let ties = line["counted"] == line["classes"]
            if !ties { isSound = false }
            lines.append("proof, \(line["name"]?.stringValue ?? "?"): \(ties ? "ties" : "does not tie")")
        }
        lines.append(isSound ? "the report is sound" : "the report is not what was written")
        return (isSound, SafeText.clean(lines.joined(separator: "\n")))
    }

    /// For each check what the summary states and what the finding lines hold.
    private static func counts(
        _ report: ReportFolder.Report, folder: String
    ) -> [(check: String, stated: Int64, counted: Int64)] {
        guard let lines = report.files.first(where: { $0.name.hasSuffix(".jsonl") }),
            let bytes = ReportFolder.read("\(folder)/\(lines.name)", max: Publish.fileBytesMax)
        else { return [] }
        var counted: [String: Int64] = [:]
        for line in bytes.split(separator: 0x0A) {
            let check = (try? JSONParser.parse(line))?["check"]?.stringValue ?? "?"
            counted[check, default: 0] += 1
        }
        return (report.summary["checks"]?.arrayValue ?? []).compactMap { check in
            guard let id = check["id"]?.stringValue, id != Check.matched.id else { return nil }
            let stated = ["failures", "errors", "skipped", "notes"].compactMap { check[$0]?.integerValue }.reduce(0, +)
            return (id, stated, counted[id] ?? 0)
        }
    }
}
