internal import KeybrakeStripe

/// The end of a report: conversations, proof, inputs and footer.
struct HTMLDetails {
    /// The most conversations in the table; those with findings come first.
    static let conversationsMax = 500

    private let writer: MarkupWriter
    private let reconciliation: Reconciliation
    private var judgement: Judgement { reconciliation.judgement }
    private var books: Books { reconciliation.books }

    init(_ writer: MarkupWriter, _ reconciliation: Reconciliation) {
        self.writer = writer
        self.reconciliation = reconciliation
    }

    private func table(_ caption: String, _ columns: [(String, String)], sortable: Bool = false, rows: () -> Void) {
        writer.element("div", [("class", "scroll")]) {
            writer.element("table", sortable ? [("class", "sortable")] : []) {
                writer.element("caption", caption)
                writer.element("thead") {
                    writer.element("tr") {
                        for (name, style) in columns {
                            writer.element("th", [("scope", "col")] + (style.isEmpty ? [] : [("class", style)]), name)
                        }
                    }
                }
                writer.element("tbody") { rows() }
            }
        }
    }

    private func row(_ head: String, _ cells: [(String, String)], headStyle: String = "") {
        writer.raw("\n")
        writer.element("tr") {
            writer.element("th", [("scope", "row")] + (headStyle.isEmpty ? [] : [("class", headStyle)]), head)
            for (text, style) in cells { writer.element("td", style.isEmpty ? [] : [("class", style)], text) }
        }
    }

    /// Writes what each conversation did, counted on both sides.
    func writeConversations() {
        let order = conversationOrder()
        writer.element("h2", [("id", "conversations")], "Conversations")
        guard !order.isEmpty else {
            writer.element("p", "No charge and no call belongs to a conversation.")
            return
        }
        let shown = order.prefix(Self.conversationsMax)
        let caption =
            order.count > shown.count
            ? "\(Figures.count(shown.count)) of \(Figures.count(order.count)) conversations; those with findings "
                + "first. The difference is charged at Stripe less charged in the audit."
            : "The difference is charged at Stripe less charged in the audit."
        let columns = [
            ("Conversation", ""), ("Calls", "n"), ("Allowed", "n"), ("Refused", "n"), ("Failed", "n"), ("Charges", "n"),
            ("Charged", "n"), ("Refunded", "n"), ("In the audit", "n"), ("Difference", "n"), ("Findings", "n"),
        ]
        table(caption, columns, sortable: true) { for number in shown { writeConversation(number) } }
    }

    private func conversationOrder() -> [Int] {
        let totals = judgement.conversations
        return totals.indices.filter { !totals[$0].isEmpty }.sorted { left, right in
            let (one, other) = (totals[left], totals[right])
            let ranks = (one.worst?.rawValue ?? 9, other.worst?.rawValue ?? 9)
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            if one.findings != other.findings { return one.findings > other.findings }
            return left < right
        }
    }

    private func writeConversation(_ number: Int) {
        let totals = judgement.conversations[number]
        let name = number == 0 ? "(none)" : SafeText.line(books.conversations.text(UInt32(number)), max: 80)
        let counts = [totals.attempts, totals.allowed, totals.refused, totals.failed, totals.charges]
        let sums = [totals.charged, totals.refunded, totals.audited, totals.residual]
        row(
            name,
            counts.map { (Figures.count($0), "n") } + sums.map { (Figures.money($0), "n") }
                + [(totals.findings == 0 ? "" : Figures.count(totals.findings), totals.findings == 0 ? "n" : "n bad")],
            headStyle: "id")
    }

    /// Writes the proof line and the classes that it adds up.
    func writeProof() {
        writer.element("h2", [("id", "proof")], "Proof")
        writer.element(
            "p",
            "Every record and every audit row ends in exactly one class. What the classes add up to is compared with "
                + "what was counted while reading.")
        let columns = [("", ""), ("Counted while reading", "n"), ("Sum of the classes", "n"), ("", "")]
        table("The proof line", columns) {
            for line in judgement.proof.lines {
                row(
                    line.name,
                    [
                        (SummaryText.side(line.left), "n"), (SummaryText.side(line.right), "n"),
                        line.ties ? ("\u{2713} ties", "ok") : ("\u{2715} does not tie", "bad"),
                    ])
            }
        }
        writeChargeClasses()
        writeAttemptClasses()
    }

    private func writeChargeClasses() {
        table("Classes of export records", [("Class", ""), ("Records", "n"), ("Amount", "n")]) {
            for member in ChargeClass.allCases {
                var side = judgement.charges[member]
                let repeated = books.repeatedTotals[member]
                side.count += repeated.count
                side.sums.add(repeated.sums)
                guard side.count > 0 else { continue }
                row(member.title, [(Figures.count(side.count), "n"), (Figures.money(side.sums), "n")])
            }
        }
    }

    private func writeAttemptClasses() {
        let audit = books.audit
        table("Classes of audit rows", [("Class", ""), ("Rows", "n"), ("Amount", "n")]) {
            for member in AttemptClass.allCases {
                let side = judgement.attempts[member]
                guard side.count > 0 else { continue }
                row("call " + member.title, [(Figures.count(side.count), "n"), (Figures.money(side.sums), "n")])
            }
            let paired = audit.intentCount - audit.loneIntentAttemptCount - audit.loneIntentOtherCount
            let others: [(String, Int)] = [
                ("intent row of a finished call", paired), ("call that can make no charge", audit.otherOperationCount),
                ("intent row of such a call without outcome", audit.loneIntentOtherCount),
                ("administration", audit.otherKindCount),
            ]
            for (title, count) in others where count > 0 { row(title, [(Figures.count(count), "n"), ("", "n")]) }
        }
    }

    /// Writes what was read.
    func writeInputs() {
        writer.element("h2", [("id", "inputs")], "Inputs")
        let columns = [
            ("File", ""), ("Kind", ""), ("Records", "n"), ("Period (UTC)", ""), ("Size", "n"), ("SHA-256", ""),
            ("Notes", ""),
        ]
        table("Files as they were read", columns) {
            for file in books.files + books.auditFiles {
                let period = file.first == nil ? "" : "\(Figures.time(file.first)) to \(Figures.time(file.last))"
                let notes = (file.state == .read ? [] : [file.state.rawValue]) + file.notes
                row(
                    SafeText.line(file.name, max: 120),
                    [
                        (file.kind, ""), (Figures.count(file.recordCount), "n"), (period, ""),
                        (Figures.bytes(file.sizeBytes), "n"), (file.sha256, "id hash"),
                        (notes.joined(separator: "; "), ""),
                    ])
            }
        }
    }

    /// Writes the footer.
    func writeFooter() {
        writer.element("footer", [("class", "foot")]) {
            writer.element("p", AuditVersion.name + SummaryText.generated(reconciliation))
            writer.element("p", SummaryText.settings(reconciliation))
            writer.element(
                "p",
                "This report compares what two sides recorded. It is evidence that may support a review; it is not an "
                    + "attestation.")
        }
    }
}
