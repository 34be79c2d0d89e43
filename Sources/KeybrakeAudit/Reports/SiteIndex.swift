internal import KeybrakeStripe

/// The first page of a site of reports: all of them, newest first.
struct SiteIndex {
    private let reports: [ReportFolder.Report]

    init(_ reports: [ReportFolder.Report]) {
        self.reports = reports
    }

    /// The page.
    func bytes() -> [UInt8] {
        let page = HTMLPage(title: "Reconciliations")
        let writer = page.writer
        writer.element("header", [("class", "top")]) {
            writer.element("p", [("class", "brand")], "Keybrake")
            writer.element("h1", "Reconciliations")
            writer.element("p", [("class", "soft")], counts)
        }
        writer.element("main", [("id", "main")]) {
            writer.element("div", [("class", "scroll")]) { table(writer) }
            writer.element("p", [("class", "soft")]) {
                writer.text("The checksums of all files are in ")
                writer.element("a", [("href", "SHA256SUMS")], "SHA256SUMS")
                writer.text("; check them with ")
                writer.element("code", "sha256sum -c SHA256SUMS")
                writer.text(".")
            }
        }
        writer.element("footer", [("class", "foot")]) { writer.element("p", AuditVersion.name) }
        return page.finish()
    }

    private var counts: String {
        let passes = reports.filter { verdict($0) == .pass }.count
        let fails = reports.filter { verdict($0) == .fail }.count
        let doubts = reports.count - passes - fails
        return
            "\(Figures.of(reports.count, "report", "reports")): \(passes) pass, \(fails) fail, \(doubts) cannot vouch"
    }

    private func verdict(_ report: ReportFolder.Report) -> Verdict {
        report.summary["verdict"]?.stringValue.flatMap(Verdict.init) ?? .cannotVouch
    }

    private func table(_ writer: MarkupWriter) {
        writer.element("table", [("class", "sortable")]) {
            writer.element("caption", "Newest first")
            writer.element("thead") {
                writer.element("tr") {
                    for name in [
                        "Report", "Verdict", "Period (UTC)", "Charged", "Records", "Findings", "SHA-256 of the page",
                        "Files",
                    ] {
                        writer.element("th", [("scope", "col")], name)
                    }
                }
            }
            writer.element("tbody") { for report in reports { row(writer, report) } }
        }
    }

    private func row(_ writer: MarkupWriter, _ report: ReportFolder.Report) {
        let page = report.files.first { $0.name.hasSuffix(".html") && $0.state != .missing }
        let (style, word) = HTMLOverview.verdict(verdict(report))
        let styles = ["pass": "ok", "fail": "bad", "doubt": "doubtful"]
        writer.raw("\n")
        writer.element("tr") {
            writer.element("th", [("scope", "row")]) {
                if let page {
                    writer.element(
                        "a", [("href", "./" + Self.address(page.name))], SafeText.line(report.name, max: 120))
                } else {
                    writer.text(SafeText.line(report.name, max: 120))
                }
            }
            writer.element("td", [("class", styles[style] ?? "off")]) {
                writer.text(word)
                if !report.isIntact { writer.element("span", [("class", "bad")], " (files changed)") }
            }
            writer.element("td", [("class", "t")], period(report))
            writer.element("td", [("class", "n why")], charged(report))
            writer.element("td", [("class", "n")], report.summary["figures"]?["export records"]?.stringValue ?? "")
            writer.element("td", [("class", "n")], report.summary["figures"]?["findings"]?.stringValue ?? "")
            writer.element("td", [("class", "id hash")], page?.sha256 ?? "")
            writer.element("td") {
                for file in report.files where file.state != .missing && !file.name.hasSuffix(".html") {
                    writer.element("a", [("href", "./" + Self.address(file.name))], Self.kind(file.name))
                    writer.text(" ")
                }
                writer.element("a", [("href", "./" + Self.address(report.summaryName))], "summary")
            }
        }
    }

    private func period(_ report: ReportFolder.Report) -> String {
        guard let from = report.summary["period"]?["from"]?.stringValue,
            let to = report.summary["period"]?["to"]?.stringValue
        else { return "\u{2013}" }
        return "\(from.prefix(10)) to \(to.prefix(10))"
    }

    private func charged(_ report: ReportFolder.Report) -> String {
        let sums = (report.summary["charged"]?.objectValue?.members ?? []).compactMap { member -> String? in
            let code = Array(member.name.utf8).withUnsafeBytes { CurrencyCode($0) }
            switch member.value {
            case .integer(let sum): return Figures.money(Int128(sum), code)
            case .numeral(let text): return Int128(text).map { Figures.money($0, code) }
            default: return nil
            }
        }
        return sums.isEmpty ? "\u{2013}" : sums.joined(separator: ", ")
    }

    private static func kind(_ name: String) -> String {
        name.hasSuffix(".xml") ? "JUnit" : (name.hasSuffix(".jsonl") ? "findings" : "file")
    }

    /// The name with everything encoded that an address gives a meaning to.
    private static func address(_ name: String) -> String {
        var address = ""
        for byte in name.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII, scalar.properties.isAlphabetic || "0123456789-_.~".unicodeScalars.contains(scalar) {
                address.unicodeScalars.append(scalar)
            } else {
                let hex = String(byte, radix: 16)
                address += "%" + (hex.utf8.count == 1 ? "0" : "") + hex
            }
        }
        return address
    }
}
