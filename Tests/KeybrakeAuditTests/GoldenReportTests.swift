import Glibc
import Testing

@testable import KeybrakeAudit

/// The reports of one month with a little of everything, as they are to look.
///
/// When a change is meant, run the tests with KEYBRAKE_UPDATE_GOLDEN=1 and read the difference.
@Suite struct GoldenReportTests {
    private let bench = Bench()

    init() {
        bench.ordinaryMonth()
        bench.ledger.call()
        bench.charge(amount: "12.57")
        bench.charge("ch_around", at: 70, conversation: nil, description: "lamp & <shade>")
        bench.charge("ch_tagged", at: 71, amount: "3.00")
        bench.ledger.call { ($0.at, $0.object, $0.amount) = (80, "ch_gone", 700) }
        bench.ledger.call {
            ($0.at, $0.object, $0.amount, $0.ending, $0.upstream, $0.status) = (90, nil, 800, "unknown", nil, 504)
        }
        bench.charge("ch_late", at: 92, amount: "8.00")
        bench.ledger.call {
            ($0.at, $0.object, $0.amount, $0.ending, $0.upstream) = (95, nil, 900, "none", nil)
            ($0.decision, $0.status, $0.refusal) = ("refused", 401, "spend_cap_exceeded")
        }
        bench.settings.now = TestLedger.july + 2_678_400
    }

    @Test(arguments: ["july.html", "july.junit.xml", "july.findings.jsonl"])
    func looksAsItShould(_ name: String) throws {
        let reconciliation = bench.reconcile()
        // The ledger's own bytes depend on the version of SQLite; its hash is none of the report's looks.
        reconciliation.books.auditFiles[0].sha256 = String(repeating: "0", count: 64)
        reconciliation.books.auditFiles[0].sizeBytes = 4_096
        let reports = ReportBytes(reconciliation, name: "july")
        let bytes =
            switch name {
            case "july.html": reports.html
            case "july.junit.xml": reports.junit
            default: reports.lines
            }
        let path = Self.folder + name
        if getenv("KEYBRAKE_UPDATE_GOLDEN") != nil { try FileWriter.write(bytes, to: path) }
        let golden = ReportFolder.read(path, max: 1 << 20) ?? []
        let (lines, expected) = (Self.lines(bytes), Self.lines(golden))
        for (index, line) in lines.enumerated() where index >= expected.count || expected[index] != line {
            Issue.record(
                "\(name), line \(index + 1): \(line)\nexpected: \(index < expected.count ? expected[index] : "")")
            break
        }
        #expect(lines.count == expected.count)
    }

    private static let folder = String(#filePath.dropLast("GoldenReportTests.swift".count)) + "Golden/"

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }
}
