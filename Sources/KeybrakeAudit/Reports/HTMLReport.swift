internal import KeybrakeStripe

/// A reconciliation as one HTML page, complete without script, style or network.
///
/// The page is written from top to bottom: what is known before the findings, the findings as they come, the rest.
struct HTMLReport {
    /// The most findings on the page; the JSON lines have all of them.
    static let findingsMax = 100_000
    /// So many findings stand in the open; the others in closed groups.
    static let openFindingsMax = 2_000
    /// So many findings carry their evidence on the page; it is most of a page's weight.
    static let evidenceMax = 20_000
    /// How many findings a closed group holds.
    static let groupCount = 200

    private let page: HTMLPage
    let reconciliation: Reconciliation
    var writer: MarkupWriter { page.writer }
    var judgement: Judgement { reconciliation.judgement }
    private var current: Check?
    private var written = 0
    private var inGroup = 0
    private var ids: Set<String> = []

    init(_ reconciliation: Reconciliation, name: String) {
        self.reconciliation = reconciliation
        page = HTMLPage(title: "\(reconciliation.judgement.verdict.rawValue): \(name)")
        HTMLOverview(page.writer, reconciliation, name: name).write()
        page.writer.start("main", [("id", "main")])
        HTMLOverview(page.writer, reconciliation, name: name).writeChecks()
        openFindings()
    }

    private func openFindings() {
        writer.element("h2", [("id", "findings")], "Findings")
        let count = judgement.drafts.filter { $0.effect != .note || $0.check != .matched }.count
        guard count > 0 else {
            writer.element("p", "Nothing was found.")
            return
        }
        writer.element("div", [("class", "tools")]) {
            writer.element("label", [("for", "filter"), ("class", "soft")], "Filter")
            writer.void(
                "input",
                [
                    ("id", "filter"), ("type", "search"), ("autocomplete", "off"), ("spellcheck", "false"),
                    ("placeholder", "words, check:KB101 conv:3f2a severity:critical amount>100"),
                ])
            writer.element("button", [("id", "copy"), ("type", "button")], "Copy as CSV")
            writer.element(
                "span", [("id", "told"), ("class", "soft"), ("role", "status"), ("aria-live", "polite")], "")
        }
    }

    /// Adds a finding; those of one check follow each other.
    mutating func add(_ finding: Finding) {
        guard written < Self.findingsMax else { return }
        if current != finding.check { openCheck(finding.check) }
        if written >= Self.openFindingsMax {
            if !isInGroup || inGroup == Self.groupCount { openGroup() }
        } else if !isTableOpen {
            openTable(caption: "Findings of \(finding.check.id)")
        }
        written += 1
        inGroup += 1
        writeRow(finding)
    }

    private mutating func openCheck(_ check: Check) {
        closeCheck()
        current = check
        inGroup = 0
        let count = judgement.counts[check]?.total ?? 0
        writer.raw("\n")
        writer.start("section", [("class", "check"), ("aria-labelledby", check.id)])
        writer.start("h3", [("id", check.id)])
        HTMLOverview.severity(writer, check.severity)
        writer.text(" \(check.title) ")
        writer.element("span", [("class", "soft")], "\(check.id) \u{00B7} \(Figures.count(count))")
        writer.end()
        writer.element("p", [("class", "soft")], check.explanation)
        writer.start("div", [("class", "scroll")])
    }

    private mutating func openTable(caption: String) {
        writer.start("table", [("class", "findings sortable")])
        writer.element("thead") {
            writer.element("tr") {
                for (name, style) in [
                    ("Subject", "w1"), ("What", ""), ("Amount", "n w2"), ("Time (UTC)", "t w3"), ("Conversation", "w4"),
                ] {
                    writer.element(
                        "th", style.isEmpty ? [("scope", "col")] : [("scope", "col"), ("class", style)], name)
                }
            }
        }
        writer.start("tbody")
        isTableOpen = true
    }

    private mutating func closeTable() {
        guard isTableOpen else { return }
        isTableOpen = false
        writer.end()
        writer.end()
    }

    /// Ends the table that is open and begins a closed group with a table of its own.
    private mutating func openGroup() {
        closeTable()
        if isInGroup { writer.end() }
        isInGroup = true
        inGroup = 0
        writer.raw("\n")
        writer.start("details", [("class", "more")])
        writer.element("summary", "up to \(Self.groupCount) more, from finding \(Figures.count(written + 1))")
        openTable(caption: "")
    }

    private var isInGroup = false
    private var isTableOpen = false

    private mutating func closeCheck() {
        guard current != nil else { return }
        closeTable()
        if isInGroup { writer.end() }
        isInGroup = false
        writer.end()
        writer.end()
        current = nil
    }

    private mutating func writeRow(_ finding: Finding) {
        let anchor = anchor(finding)
        var attributes = [
            ("id", anchor), ("data-c", finding.check.id), ("data-s", finding.severity.word),
        ]
        if let conversation = finding.conversation { attributes.append(("data-v", conversation)) }
        let amount = finding.amount.flatMap { amount in
            finding.currency.map { Money.majorText(minorUnits: amount, digits: $0.minorDigits) }
        }
        if let amount { attributes.append(("data-a", amount)) }
        writer.raw("\n")
        writer.element("tr", attributes) {
            writer.element("th", [("scope", "row"), ("class", "id")]) {
                writer.element("a", [("href", "#" + anchor)], SafeText.line(finding.subject, max: 120))
            }
            writer.element("td") {
                writer.text(SafeText.line(finding.summary, max: 300))
                if finding.severity != finding.check.severity {
                    writer.text(" ")
                    HTMLOverview.severity(writer, finding.severity)
                }
                writeEvidence(finding)
            }
            let money = finding.amount.flatMap { sum in finding.currency.map { Figures.money(Int128(sum), $0) } }
            writer.element("td", [("class", "n"), ("data-k", amount ?? "0")], money ?? "")
            writer.element("td", [("class", "t")], finding.time.map(CivilTime.spaced) ?? "")
            writer.element("td", [("class", "id")], SafeText.line(finding.conversation ?? "", max: 80))
        }
    }

    private func writeEvidence(_ finding: Finding) {
        guard !finding.facts.isEmpty, written <= Self.evidenceMax else { return }
        writer.element("details", [("class", "ev")]) {
            writer.element("summary", "Evidence")
            writer.element("dl", [("class", "ev")]) {
                for fact in finding.facts {
                    writer.element("dt", SafeText.line(fact.label, max: 60))
                    writer.element("dd", String(fact.value.prefix(1_000)))
                }
            }
        }
    }

    /// A name for the row that is unique on the page and fit for an address.
    private mutating func anchor(_ finding: Finding) -> String {
        var anchor = "f-"
        for scalar in finding.name.unicodeScalars.prefix(100) {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            anchor.unicodeScalars.append(isPlain || "-_.~".unicodeScalars.contains(scalar) ? scalar : "_")
        }
        guard !ids.insert(anchor).inserted else { return anchor }
        anchor += "-\(written)"
        ids.insert(anchor)
        return anchor
    }

    /// Writes what follows the findings and gives the document.
    mutating func finish() -> [UInt8] {
        closeCheck()
        let total = judgement.drafts.count
        if total > written {
            writer.element(
                "p",
                "The page shows \(Figures.count(written)) of \(Figures.count(total)) findings; JSON lines have all."
            )
        }
        if written > Self.evidenceMax {
            writer.element(
                "p",
                "Evidence stands beside the first \(Figures.count(Self.evidenceMax)) findings; the JSON lines have all."
            )
        }
        let details = HTMLDetails(writer, reconciliation)
        details.writeConversations()
        details.writeProof()
        details.writeInputs()
        writer.end()
        details.writeFooter()
        return page.finish()
    }
}
