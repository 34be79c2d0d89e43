internal import KeybrakeLedger
internal import KeybrakeStripe

/// The summary of a report for machines: what the site's index and `verify` read.
struct SummaryDocument {
    /// The format's name; a reader refuses any other.
    static let format = "keybrake-audit-summary/1"

    /// A file that belongs to the report.
    struct Output: Equatable {
        var name: String
        var sizeBytes: Int64
        var sha256: String
    }

    /// The document as pretty JSON.
    static func bytes(_ reconciliation: Reconciliation, name: String, outputs: [Output]) -> [UInt8] {
        let judgement = reconciliation.judgement
        var json = JSONObject()
        json.append("format", .string(format))
        json.append("tool", .string(AuditVersion.name))
        json.append("name", .string(name))
        json.append("verdict", .string(judgement.verdict.rawValue))
        json.append("exit_code", .integer(Int64(judgement.verdict.exitCode)))
        json.append("reason", .string(SummaryText.reason(reconciliation)))
        json.append("generated_at", JSONValue(reconciliation.settings.now.map(CivilTime.rfc3339)))
        json.append("period", period(judgement.period))
        json.append("settings", .string(SummaryText.settings(reconciliation)))
        json.append(
            "figures",
            .object(
                JSONObject(
                    SummaryText.figures(reconciliation).map { .init(name: $0.label, value: .string($0.value)) })))
        json.append("charged", charged(reconciliation))
        json.append("findings", .integer(Int64(judgement.drafts.count)))
        json.append("checks", .array(Check.allCases.map { check($0, reconciliation) }))
        json.append("proof", .array(judgement.proof.lines.map(proof)))
        json.append("classes", classes(reconciliation))
        json.append(
            "inputs", .array((reconciliation.books.files + reconciliation.books.auditFiles).map(input)))
        json.append("outputs", .array(outputs.map(output)))
        return JSONWriter.bytes(.object(json), layout: .pretty) + [0x0A]
    }

    private static func period(_ period: ClosedRange<Int64>?) -> JSONValue {
        guard let period else { return .null }
        return [
            "from": .string(CivilTime.rfc3339(period.lowerBound)), "to": .string(CivilTime.rfc3339(period.upperBound)),
        ]
    }

    private static func sums(_ sums: CurrencySums) -> JSONValue {
        .object(JSONObject(sums.sorted.map { .init(name: $0.currency.text, value: .numeral(String($0.sum))) }))
    }

    private static func charged(_ reconciliation: Reconciliation) -> JSONValue {
        var all = CurrencySums()
        for totals in reconciliation.judgement.conversations { all.add(totals.charged) }
        return sums(all)
    }

    private static func check(_ check: Check, _ reconciliation: Reconciliation) -> JSONValue {
        let count = reconciliation.judgement.counts[check] ?? .init()
        return [
            "id": .string(check.id), "title": .string(check.title),
            "result": .string(String(SummaryText.result(of: check, reconciliation).text.dropFirst(2))),
            "failures": .integer(Int64(count.failures)), "errors": .integer(Int64(count.errors)),
            "skipped": .integer(Int64(count.skipped)), "notes": .integer(Int64(count.notes)),
        ]
    }

    private static func proof(_ line: Proof.Line) -> JSONValue {
        [
            "name": .string(line.name), "ties": .bool(line.ties),
            "counted": ["count": .integer(Int64(line.left.count)), "sums": sums(line.left.sums)],
            "classes": ["count": .integer(Int64(line.right.count)), "sums": sums(line.right.sums)],
        ]
    }

    private static func classes(_ reconciliation: Reconciliation) -> JSONValue {
        let judgement = reconciliation.judgement
        var charges: [JSONValue] = []
        for member in ChargeClass.allCases {
            var side = judgement.charges[member]
            let repeated = reconciliation.books.repeatedTotals[member]
            side.count += repeated.count
            side.sums.add(repeated.sums)
            guard side.count > 0 else { continue }
            charges.append(
                ["class": .string("\(member)"), "count": .integer(Int64(side.count)), "sums": sums(side.sums)])
        }
        var calls: [JSONValue] = []
        for member in AttemptClass.allCases where judgement.attempts[member].count > 0 {
            let side = judgement.attempts[member]
            calls.append(
                ["class": .string("\(member)"), "count": .integer(Int64(side.count)), "sums": sums(side.sums)])
        }
        return ["exports": .array(charges), "calls": .array(calls)]
    }

    private static func input(_ file: InputFile) -> JSONValue {
        [
            "name": .string(file.name), "kind": .string(file.kind), "state": .string(file.state.rawValue),
            "bytes": .integer(file.sizeBytes), "sha256": .string(file.sha256),
            "records": .integer(Int64(file.recordCount)), "first": JSONValue(file.first.map(CivilTime.rfc3339)),
            "last": JSONValue(file.last.map(CivilTime.rfc3339)), "notes": .array(file.notes.map { .string($0) }),
        ]
    }

    private static func output(_ output: Output) -> JSONValue {
        ["name": .string(output.name), "bytes": .integer(output.sizeBytes), "sha256": .string(output.sha256)]
    }
}
