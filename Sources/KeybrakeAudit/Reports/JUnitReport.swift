internal import KeybrakeStripe

/// The findings as JUnit XML: one suite for each check, one case for each finding, and one for everything else.
///
/// Keeps to what Jenkins' and Ant's schemas have in common. Names hold no figures, so that consumers which compare runs
/// know a finding again.
struct JUnitReport {
    /// The most cases; what goes beyond is counted in a case of its own.
    static let casesMax = 20_000
    /// The longest text of a case, in bytes.
    static let textBytesMax = 65_536

    private let writer = MarkupWriter()
    private let judgement: Judgement
    private let properties: [(String, String)]
    private let timestamp: String
    private var current: Check?
    private var written = 0
    private var unwritten = 0
    private var unwrittenEffect = Check.Effect.failure

    init(_ reconciliation: Reconciliation) {
        judgement = reconciliation.judgement
        timestamp = String(
            CivilTime.rfc3339(reconciliation.settings.now ?? judgement.period?.upperBound ?? 0).dropLast())
        let inputs = reconciliation.books.files + reconciliation.books.auditFiles
        properties =
            [("tool", AuditVersion.name), ("verdict", judgement.verdict.rawValue)]
            + inputs.map { ("sha256 \($0.name)", $0.sha256) }
        writer.declaration()
        writer.start("testsuites")
    }

    /// Adds a finding; failures and errors come in the order of checks, notes make no case.
    mutating func add(_ finding: Finding) {
        guard finding.effect == .failure || finding.effect == .error else { return }
        while let next = nextSuite(), next <= finding.check { openSuite(next) }
        guard written < Self.casesMax else {
            unwritten += 1
            if finding.effect == .error { unwrittenEffect = .error }
            return
        }
        written += 1
        let name = "conv \(finding.conversation ?? "none") \(finding.subject)"
        writeCase(finding.check, name: SafeText.line(name, max: 300)) { writer in
            writer.element(
                finding.effect == .error ? "error" : "failure",
                [("message", SafeText.line(finding.summary, max: 200)), ("type", "keybrake.\(finding.check.id)")],
                Self.text(finding))
        }
    }

    /// Writes the suites that are left and gives the document.
    mutating func finish() -> [UInt8] {
        while let next = nextSuite() { openSuite(next) }
        closeSuite()
        writer.raw("\n")
        return writer.finish() + [0x0A]
    }

    private func nextSuite() -> Check? {
        guard let current else { return Check.allCases.first }
        return Check.allCases.first { $0 > current }
    }

    private mutating func openSuite(_ check: Check) {
        closeSuite()
        current = check
        let count = judgement.counts[check] ?? .init()
        let room = max(0, Self.casesMax - written)
        let findings = count.failures + count.errors
        let shown = min(findings, room)
        // Within a check, findings come worst first and failures do not mix with errors.
        let isErrors = count.errors > 0
        let further = findings > shown ? 1 : 0
        let isSkipped = skipReason(check) != nil
        writer.raw("\n")
        writer.start(
            "testsuite",
            [
                ("id", String(check.rawValue)), ("package", "keybrake"), ("name", "\(check.id) \(check.title)"),
                ("hostname", "offline"), ("timestamp", timestamp), ("tests", String(shown + further + 1)),
                ("failures", String(isErrors ? 0 : shown + further)),
                ("errors", String(isErrors ? shown + further : 0)), ("skipped", isSkipped ? "1" : "0"),
                ("time", "0.000"),
            ])
        writer.start("properties")
        if check == Check.allCases.first {
            for (name, value) in properties { writer.void("property", [("name", name), ("value", value)]) }
        }
        writer.end()
    }

    private mutating func closeSuite() {
        guard let check = current else { return }
        if unwritten > 0 {
            let element = unwrittenEffect == .error ? "error" : "failure"
            let message = "\(Figures.count(unwritten)) further findings; all are in the JSON lines"
            writeCase(check, name: "further findings") {
                $0.element(element, [("message", message), ("type", "keybrake.\(check.id)")], message)
            }
            unwritten = 0
            unwrittenEffect = .failure
        }
        let reason = skipReason(check)
        writeCase(check, name: "all others") { writer in
            if let reason { writer.void("skipped", [("message", SafeText.line(reason, max: 200))]) }
        }
        writer.element("system-out", "")
        writer.element("system-err", "")
        writer.end()
    }

    /// Why nothing can be said about the rest: the check lacks a fact, or an input is not sound.
    private func skipReason(_ check: Check) -> String? {
        if let reason = judgement.skipped[check] { return reason }
        if check.effect == .skipped, let count = judgement.counts[check], count.skipped > 0 { return check.title }
        guard check >= .matched,
            let unsound = judgement.drafts.first(where: { $0.check < .matched && $0.effect == .error })
        else { return nil }
        return "an input is not sound (\(unsound.check.id)), so nothing is called a pass"
    }

    private func writeCase(_ check: Check, name: String, content: (MarkupWriter) -> Void) {
        writer.raw("\n  ")
        writer.element(
            "testcase", [("classname", "keybrake.\(check.id).\(check.slug)"), ("name", name), ("time", "0.000")]
        ) { content(writer) }
    }

    private static func text(_ finding: Finding) -> String {
        var text = finding.summary
        for fact in finding.facts {
            let line = "\n\(fact.label): \(fact.value)"
            guard text.utf8.count + line.utf8.count < textBytesMax else { return text + "\n\u{2026}" }
            text += line
        }
        return text
    }
}
