import Glibc
import KeybrakeLedger
import Testing

@testable import KeybrakeAudit

/// Opening a ledger for reading: what is taken, what is refused, and that a writing proxy does not disturb.
@Suite struct AuditDatabaseTests {
    private let folder = TemporaryFolder()

    private func failure(_ path: String) -> String? {
        do throws(AuditDatabaseFailure) {
            _ = try AuditDatabase(path: path)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func foreignFilesAreRefused() {
        #expect(failure(folder.write("empty.db", ""))?.hasSuffix("is empty") == true)
        #expect(
            failure(folder.write("text.db", "hello, this is no database"))?.hasSuffix("is not a SQLite database")
                == true)
        #expect(failure(folder.path + "/absent.db")?.contains("No such file") == true)
        #expect(failure(folder.path) != nil)
        let other = TestLedger(folder, name: "other.db")
        other.run("DROP TABLE audit")
        #expect(failure(other.path) == "the database is no Keybrake ledger")
    }

    @Test func newerSchemaIsRefused() {
        let ledger = TestLedger(folder, name: "new.db", version: 2)
        #expect(failure(ledger.path)?.contains("schema version 2") == true)
    }

    @Test func damagedPagesAreAnErrorAndNoPass() {
        let ledger = TestLedger(folder)
        ledger.policy()
        ledger.key()
        for number in 0..<200 { ledger.call { $0.at = Int64(number) } }
        var bytes = ReportFolder.read(ledger.path, max: 1 << 24) ?? []
        for index in 12_288..<bytes.count - 4_096 { bytes[index] = 0xFF }
        let damaged = folder.write("damaged.db", bytes)
        let export = folder.write("payments.csv", TestText.header + "\n")
        let result = Reconciliation(
            exports: [export], audit: damaged, settings: ReconcileSettings(), showsProgress: false)
        #expect(result.judgement.verdict == .cannotVouch)
        #expect(result.found.first?.hasPrefix("KB001") == true)
    }

    @Test func readsWhileTheProxyWrites() throws {
        let ledger = TestLedger(folder)
        ledger.run("PRAGMA journal_mode = WAL")
        ledger.policy()
        ledger.key()
        ledger.call()
        let database = try AuditDatabase(path: ledger.path)
        ledger.run("BEGIN IMMEDIATE")
        ledger.run("DELETE FROM audit")
        #expect(try database.rowCount() == 2)
        ledger.run("COMMIT")
        #expect(try database.rowCount() == 2)
        #expect(try AuditDatabase(path: ledger.path).rowCount() == 0)
    }

    @Test func scanMergesIntentsAndOutcomes() throws {
        let ledger = TestLedger(folder)
        ledger.policy()
        ledger.key()
        ledger.call()
        ledger.call { $0.rows = ["intent"] }
        ledger.call { $0.rows = ["outcome"] }
        let database = try AuditDatabase(path: ledger.path)
        var scan = try database.scan()
        var rows: [String] = []
        while try scan.next() { rows.append("\(scan.row.sequence) \(scan.row.kind)") }
        #expect(rows == ["1 intent", "2 outcome", "3 intent", "4 outcome"])
        #expect(try database.rows().row(sequence: 2)?.objectID == "ch_1")
        #expect(try database.rows().row(sequence: 9) == nil)
    }

    @Test func gapsAreFound() throws {
        let ledger = TestLedger(folder)
        for _ in 0..<5 { ledger.call() }
        ledger.flush()
        ledger.run("DELETE FROM audit WHERE seq IN (1, 5, 6)")
        let database = try AuditDatabase(path: ledger.path)
        #expect(try database.extent().firstSequence == 2)
        #expect(try database.extent().lastSequence == 10)
        #expect(try database.sequenceGaps(limit: 9) == [1...1, 5...6])
    }
}
