internal import KeybrakeStripe

/// One run over the interactions of a cassette.
struct LintInspection {
    private let cassette: Cassette
    private let redactor: Redactor
    private(set) var findings: [LintFinding] = []
    /// The first interaction with a request key and an answer, to recognise a second one.
    private var firstWrite: [RecordedWrite: Int] = [:]

    private struct RecordedWrite: Hashable {
        let group: Int
        let body: RecordedResponse.Body
    }

    init(_ cassette: Cassette, rules: RedactionRules) {
        self.cassette = cassette
        redactor = Redactor(rules)
    }

    mutating func run() {
        if cassette.count == 0 { add(.empty, line: 1, "the cassette has no interactions") }
        checkVersions()
        // Counting lines anew for each record would take the square of the file's size.
        var line = 1
        var counted = 0
        for number in 1..<cassette.count + 1 {
            let start = cassette.index.entries[number - 1].slices.frame.lowerBound
            line += cassette.index.bytes[counted..<start].count { $0 == 0x0A }
            counted = start
            check(number, line: line)
        }
    }

    private mutating func add(_ kind: LintFinding.Kind, line: Int, _ text: String) {
        findings.append(LintFinding(kind: kind, line: line, text: text))
    }

    private mutating func checkVersions() {
        let versions = Set(cassette.index.entries.compactMap(\.apiVersion)).sorted()
        guard versions.count > 1 else { return }
        add(.mixedVersions, line: 1, "requests of several Stripe versions: \(versions.joined(separator: ", "))")
    }

    private mutating func check(_ number: Int, line: Int) {
        let what = "interaction \(number), \(cassette.operation(number) ?? "")"
        do throws(CassetteError) {
            let interaction = try cassette.interaction(number)
            checkMembers(number, what, line: line)
            checkSecrets(interaction, what, line: line)
            checkAnswer(interaction, number, what, line: line)
        } catch {
            add(.damaged, line: line, "\(what): \(error)")
        }
    }

    // MARK: Secrets

    private mutating func checkSecrets(_ interaction: Interaction, _ what: String, line: Int) {
        if LiveMode.isLive(interaction.response) {
            add(.liveMode, line: line, "\(what) holds live-mode data (livemode is true)")
        }
        do throws(RecordingRefusal) {
            _ = try RecordingInspection.text(interaction)
        } catch {
            guard case .secretRemains(let kind, let place) = error.reason else { return }
            return add(.secret, line: line, "\(what): \(place) holds what looks like \(kind)")
        }
        let comparison = RequestComparison(bindings: SessionBindings(), values: RecordedValues(), rules: .standard)
        let clean = redactor.redact(interaction.request)
        for difference in comparison.differences(recorded: interaction.request, sent: clean) {
            add(.secret, line: line, "\(what): \(difference.name) should have been redacted")
        }
        if redactor.redact(interaction.response).body != interaction.response.body {
            add(.secret, line: line, "\(what): the answer holds a member that should have been redacted")
        }
    }

    // MARK: Form

    private mutating func checkMembers(_ number: Int, _ what: String, line: Int) {
        let slices = cassette.index.entries[number - 1].slices
        var unknown = slices.unknownMembers
        for (part, range, known) in [
            (RecordMember.request, slices.request, RecordMember.ofRequests),
            (RecordMember.response, slices.response, RecordMember.ofResponses),
            (RecordMember.volatile, slices.volatile ?? 0..<0, RecordMember.ofVolatiles),
        ] {
            let object = try? JSONParser.parse(cassette.index.bytes[range]).objectValue
            unknown += (object?.members ?? []).map(\.name).filter { !known.contains($0) }.map { "\(part).\($0)" }
        }
        for name in unknown { add(.unknownMember, line: line, "\(what): unknown member \(name)") }
    }

    private mutating func checkAnswer(_ interaction: Interaction, _ number: Int, _ what: String, line: Int) {
        switch interaction.response.status {
        case 401, 403, 429, 500...599:
            add(.recordedFailure, line: line, "\(what) recorded a \(interaction.response.status)")
        default: break
        }
        guard interaction.request.isWrite else { return }
        let write = RecordedWrite(
            group: cassette.index.entries[number - 1].group, body: interaction.response.body)
        if let first = firstWrite[write] {
            add(.duplicate, line: line, "\(what) is the same as interaction \(first), answer included")
        } else {
            firstWrite[write] = number
        }
    }
}
