internal import KeybrakeCrypto

/// `keybrake-audit publish`: a folder of reports as a static site.
package enum Publish {
    /// The largest file that is copied into a site, in bytes.
    static let fileBytesMax = 256 << 20

    /// Copies all reports and writes the index, the checksums and what a static host needs.
    ///
    /// - Returns: a few lines for standard output.
    /// - Throws: ``OutputFailure`` when the folder cannot be read or the site not written.
    package static func run(reports: String, site: String) throws(OutputFailure) -> String {
        let folder = try ReportFolder(path: reports)
        guard !folder.reports.isEmpty else {
            throw OutputFailure(
                description: "the folder \(reports) holds no report; run keybrake-audit reconcile first")
        }
        var checksums: [(name: String, sha256: String)] = []
        for report in folder.reports {
            let names = report.files.filter { $0.state != .missing }.map(\.name) + [report.summaryName]
            for name in names {
                guard let bytes = ReportFolder.read("\(reports)/\(name)", max: fileBytesMax) else {
                    throw OutputFailure(description: "cannot read \(reports)/\(name)")
                }
                if reports != site { try FileWriter.write(bytes, to: "\(site)/\(name)") }
                checksums.append((name, SHA256Digest(hashing: bytes).description))
            }
        }
        let sums = checksums.sorted { $0.name < $1.name }.map { "\($0.sha256)  \($0.name)\n" }.joined()
        try FileWriter.write(Array(sums.utf8), to: "\(site)/SHA256SUMS")
        try FileWriter.write([], to: "\(site)/.nojekyll")
        try FileWriter.write(SiteIndex(folder.reports).bytes(), to: "\(site)/index.html")
        return text(folder, site: site)
    }

    private static func text(_ folder: ReportFolder, site: String) -> String {
        var lines = ["\(Figures.of(folder.reports.count, "report", "reports")) in \(site)/index.html"]
        for report in folder.reports where !report.isIntact {
            lines.append("warning: the files of \(report.name) are not those that its summary was written for")
        }
        for name in folder.unreadable { lines.append("warning: \(name) is no summary of a report and was left out") }
        return SafeText.clean(lines.joined(separator: "\n"))
    }
}
