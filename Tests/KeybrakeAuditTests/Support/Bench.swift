import KeybrakeStripe

@testable import KeybrakeAudit

/// One reconciliation of a test: an export and a ledger in a folder of their own.
final class Bench {
    let folder = TemporaryFolder()
    let ledger: TestLedger
    var header = TestText.header
    var lines: [String] = []
    var settings = ReconcileSettings()

    init() {
        ledger = TestLedger(folder)
        ledger.policy()
        ledger.key(conversation: TestText.conversation)
    }

    /// Adds a charge to the export; `at` is in seconds after the beginning of July.
    func charge(
        _ id: String = "ch_1", at: Int64 = 61, amount: String = "12.50", refunded: String = "0.00",
        currency: String = "usd", conversation: String? = TestText.conversation, description: String? = nil,
        status: String = "Paid", customer: String = "cus_1"
    ) {
        let created = CivilTime.spaced(TestLedger.july + at)
        let text = description ?? conversation.map { "plan [conv:\($0)]" } ?? "plan"
        let quoted =
            "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        lines.append([id, created, amount, refunded, currency, quoted, status, customer].joined(separator: ","))
    }

    /// A month in which everything is in order: some calls, all with their charges, around what a test is about.
    func ordinaryMonth() {
        for (number, at) in [(100, Int64(10)), (101, 5_000), (102, 90_000)] {
            ledger.call {
                $0.at = at
                $0.object = "ch_\(number)"
                $0.amount = Int64(number)
                $0.customer = "cus_\(number)"
            }
            charge("ch_\(number)", at: at + 1, amount: "1.0\(number - 100)", customer: "cus_\(number)")
        }
    }

    var csv: String { ([header] + lines).joined(separator: "\n") + "\n" }

    func reconcile() -> Reconciliation {
        let export = folder.write("payments.csv", csv)
        return reconcile([export])
    }

    func reconcile(_ exports: [String]) -> Reconciliation {
        Reconciliation(exports: exports, audit: ledger.path, settings: settings, showsProgress: false)
    }
}

extension Reconciliation {
    /// What was found, without mere notes and skips: `KB101 ch_1`.
    var found: [String] {
        let evidence = evidence()
        return judgement.drafts.filter { $0.effect == .failure || $0.effect == .error }
            .map { evidence.finding($0) }.map { "\($0.check.id) \($0.subject)" }
    }

    /// The first finding of a check.
    func finding(_ check: Check) -> Finding? {
        let evidence = evidence()
        return judgement.drafts.first { $0.check == check }.map { evidence.finding($0) }
    }

    /// The value of a fact of the first finding of a check.
    func fact(_ check: Check, _ label: String) -> String? {
        finding(check)?.facts.first { $0.label == label }?.value
    }
}

/// All reports of a reconciliation in memory.
struct ReportBytes {
    let html: [UInt8]
    let junit: [UInt8]
    let lines: [UInt8]

    init(_ reconciliation: Reconciliation, name: String) {
        var lines: [UInt8] = []
        let reports = try? Reports(reconciliation, name: name) { lines += $0 }
        html = reports?.html ?? []
        junit = reports?.junit ?? []
        self.lines = lines
    }
}
