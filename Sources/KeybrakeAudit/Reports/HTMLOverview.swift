internal import KeybrakeStripe

/// The beginning of a report: verdict, figures, and what each check came to.
struct HTMLOverview {
    private let writer: MarkupWriter
    private let reconciliation: Reconciliation
    private let name: String
    private var judgement: Judgement { reconciliation.judgement }

    init(_ writer: MarkupWriter, _ reconciliation: Reconciliation, name: String) {
        self.writer = writer
        self.reconciliation = reconciliation
        self.name = name
    }

    /// Writes the header of the page.
    func write() {
        writer.element("header", [("class", "top")]) {
            writer.element("p", [("class", "brand")], "Keybrake reconciliation")
            writer.element("h1", SafeText.line(name, max: 160))
            writer.element("p", [("class", "soft")], sides + "; " + SummaryText.period(reconciliation))
            writeVerdict()
            writeFigures()
            writeBar()
        }
    }

    /// What was compared with what.
    private var sides: String {
        let exports = reconciliation.books.files.map(\.name)
        let shown =
            exports.prefix(3).joined(separator: ", ") + (exports.count > 3 ? " and \(exports.count - 3) more" : "")
        return SafeText.line("\(shown) against \(reconciliation.books.auditFiles.first?.name ?? "no ledger")", max: 300)
    }

    private func writeVerdict() {
        let (style, word) = Self.verdict(judgement.verdict)
        writer.element("section", [("class", "verdict \(style)"), ("aria-label", "Verdict")]) {
            writer.element("p", [("class", "word")], word)
            writer.element("p", [("class", "why")], SummaryText.reason(reconciliation))
        }
    }

    /// The style and the words of a verdict, with a shape that says the same.
    static func verdict(_ verdict: Verdict) -> (style: String, word: String) {
        switch verdict {
        case .pass: ("pass", "\u{2713} Pass")
        case .fail: ("fail", "\u{2715} Fail")
        case .cannotVouch: ("doubt", "? Cannot vouch")
        }
    }

    private func writeFigures() {
        writer.element("dl", [("class", "figures")]) {
            for (label, value) in SummaryText.figures(reconciliation) {
                writer.element("div") {
                    writer.element("dt", label)
                    writer.element("dd", value)
                }
            }
        }
    }

    /// One bar for all records of the exports: matched, unresolved, outside the control, set aside.
    private func writeBar() {
        let totals = judgement.charges
        let groups: [(String, [ChargeClass])] = [
            ("matched", [.matched]),
            ("matched with a difference or resolved", [.matchedWithDifference, .resolvedUnknown, .ambiguous]),
            (
                "outside the control",
                [.blockedButCharged, .bypassTagged, .bypassUntagged, .unknownConversation, .malformedTag]
            ),
        ]
        var shares = groups.map { ($0.0, $0.1.map { totals[$0].count }.reduce(0, +)) }
        let rest = reconciliation.books.exportTotals.count - shares.map(\.1).reduce(0, +)
        shares.append(("set aside", max(0, rest)))
        let total = shares.map(\.1).reduce(0, +)
        guard total > 0 else { return }
        let words = shares.filter { $0.1 > 0 }.map { "\(Figures.count($0.1)) \($0.0)" }.joined(separator: ", ")
        writer.element(
            "svg",
            [
                ("class", "bar"), ("viewBox", "0 0 1000 10"), ("preserveAspectRatio", "none"), ("role", "img"),
                ("aria-label", words),
            ]
        ) {
            var left = 0
            for (index, share) in shares.enumerated() where share.1 > 0 {
                // Whatever exists is wide enough to be seen.
                let width = min(1_000 - left, max(6, share.1 * 1_000 / total))
                writer.void(
                    "rect",
                    [
                        ("class", "c\(index)"), ("x", String(left)), ("y", "0"), ("width", String(width)),
                        ("height", "10"),
                    ])
                left += width
            }
        }
        writer.element("p", [("class", "soft")], "Records of the exports: \(words).")
    }

    /// Writes the table of checks: what found something or could not be checked first, what passed folded away.
    func writeChecks() {
        let styles = Dictionary(
            uniqueKeysWithValues: Check.allCases.map { ($0, SummaryText.result(of: $0, reconciliation).style) })
        let told = ["bad", "doubtful", "off"].flatMap { style in Check.allCases.filter { styles[$0] == style } }
        let passed = Check.allCases.filter { styles[$0] == "ok" }
        writer.element("h2", [("id", "checks")], "Checks")
        if !told.isEmpty {
            writeChecks(told, caption: "Checks that found something, or that these inputs do not allow")
        }
        guard !passed.isEmpty else { return }
        writer.element("details", [("class", "passed")]) {
            writer.element("summary", "\(Figures.of(passed.count, "check", "checks")) passed")
            writeChecks(passed, caption: "Checks that passed")
        }
    }

    private func writeChecks(_ checks: [Check], caption: String) {
        writer.element("div", [("class", "scroll")]) {
            writer.element("table") {
                writer.element("caption", caption)
                writer.element("thead") {
                    writer.element("tr") {
                        for (name, style) in [
                            ("Check", ""), ("What", ""), ("Result", ""), ("Found", "n"), ("Severity", ""),
                        ] {
                            writer.element("th", [("scope", "col")] + (style.isEmpty ? [] : [("class", style)]), name)
                        }
                    }
                }
                writer.element("tbody") { for check in checks { writeCheck(check) } }
            }
        }
    }

    private func writeCheck(_ check: Check) {
        let count = judgement.counts[check] ?? .init()
        let (style, result) = SummaryText.result(of: check, reconciliation)
        writer.raw("\n")
        writer.element("tr") {
            writer.element("th", [("scope", "row"), ("class", "id")]) {
                if count.total > 0, check != .matched {
                    writer.element("a", [("href", "#" + check.id)], check.id)
                } else {
                    writer.text(check.id)
                }
            }
            writer.element("td", check.title)
            writer.element("td", [("class", style + (result.contains(":") ? " why" : ""))], result)
            writer.element("td", [("class", "n")], count.total > 0 ? Figures.count(count.total) : "")
            writer.element("td") { Self.severity(writer, check.severity) }
        }
    }

    /// Writes a severity by shape and word.
    static func severity(_ writer: MarkupWriter, _ severity: Severity) {
        writer.element("span", [("class", "sev \(severity.word)")], "\(severity.mark) \(severity.word)")
    }
}
