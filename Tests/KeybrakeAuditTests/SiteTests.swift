import KeybrakeStripe
import Testing

@testable import KeybrakeAudit

/// Reports on disk: what is written, published, explained and verified.
@Suite struct SiteTests {
    private let bench = Bench()
    private var reports: String { bench.folder.path + "/reports" }

    init() { bench.ordinaryMonth() }

    @discardableResult
    private func reconcile(_ name: String) throws -> Reconcile.Answer {
        let export = bench.folder.write("\(name).csv", bench.csv)
        return try Reconcile.run(
            Reconcile.Request(exports: [export], audit: bench.ledger.path, folder: reports, settings: bench.settings))
    }

    @Test func reconcileWritesFourFilesAndSaysWhere() throws {
        let answer = try reconcile("july")
        #expect(answer.verdict == .pass)
        #expect(answer.text.hasPrefix("PASS: 3 charges are accounted for"))
        #expect(answer.text.contains("proof: export records 3 / 3.03 usd = classes"))
        #expect(
            try ReportFolder.names(in: reports) == [
                "july.findings.jsonl", "july.html", "july.junit.xml", "july.summary.json",
            ])
    }

    @Test func publishListsTheNewestFirst() throws {
        try reconcile("july")
        bench.ledger.call {
            $0.at = 40 * 86_400; $0.object = "ch_a"
        }
        bench.charge("ch_a", at: 40 * 86_400 + 1)
        bench.charge("ch_around", at: 40 * 86_400 + 2, conversation: nil)
        try reconcile("august")
        let site = bench.folder.path + "/site"
        let said = try Publish.run(reports: reports, site: site)
        #expect(said == "2 reports in \(site)/index.html")
        let index = String(decoding: ReportFolder.read(site + "/index.html", max: 1 << 20) ?? [], as: UTF8.self)
        let august = try #require(index.firstRange(of: "./august.html")?.lowerBound)
        let july = try #require(index.firstRange(of: "./july.html")?.lowerBound)
        #expect(august < july)
        #expect(index.contains("2 reports: 1 pass, 1 fail, 0 cannot vouch"))
        #expect(MarkupCheck.firstFault(in: index, isHTML: true) == nil)
        let sums = String(decoding: ReportFolder.read(site + "/SHA256SUMS", max: 1 << 20) ?? [], as: UTF8.self)
        #expect(sums.split(separator: "\n").count == 8)
        let digest = try #require(ReportFolder.digest(site + "/july.html"))
        #expect(sums.contains("\(digest)  july.html\n"))
        #expect(index.contains(digest))
    }

    @Test func publishTellsOfAChangedReport() throws {
        try reconcile("july")
        bench.folder.write("reports/july.html", "<p>all is well</p>")
        let said = try Publish.run(reports: reports, site: bench.folder.path + "/site")
        #expect(said.contains("warning: the files of july are not those"))
    }

    @Test func publishNeedsAReport() {
        bench.folder.write("reports/note.summary.json", "{\"format\":\"other\"}")
        #expect(throws: OutputFailure.self) { try Publish.run(reports: reports, site: bench.folder.path + "/site") }
    }

    @Test func summariesThatPointElsewhereAreLeftOut() throws {
        try reconcile("july")
        bench.folder.write(
            "reports/evil.summary.json",
            #"{"format":"keybrake-audit-summary/1","outputs":[{"name":"../keybrake.db","sha256":""}]}"#)
        let said = try Publish.run(reports: reports, site: bench.folder.path + "/site")
        #expect(said.contains("evil.summary.json is no summary"))
    }

    @Test func verifyCountsAgain() throws {
        bench.charge("ch_around", conversation: nil)
        try reconcile("july")
        #expect(try Verify.run(summary: reports + "/july.summary.json").isSound)
        bench.folder.write("reports/july.findings.jsonl", "")
        let answer = try Verify.run(summary: reports + "/july.summary.json")
        #expect(!answer.isSound)
        #expect(answer.text.contains("KB102: the summary states 1 findings, the lines have 0"))
    }

    @Test func explainTellsEverythingAboutACharge() {
        bench.ledger.call()
        bench.charge(amount: "12.51")
        let export = bench.folder.write("july.csv", bench.csv)
        let text = Explain.run(
            object: "ch_1", exports: [export], audit: bench.ledger.path, settings: bench.settings, showsProgress: false
        ).text
        #expect(text.contains("charge ch_1: matched, a fact differs"))
        #expect(text.contains("matched by: object id"))
        #expect(text.contains("call in row 4"))
        #expect(text.contains("finding KB121 (critical): amount: audit 12.50 usd, export 12.51 usd"))
    }

    @Test func explainSaysWhenThereIsNothing() {
        let export = bench.folder.write("july.csv", bench.csv)
        let text = Explain.run(
            object: "ch_none", exports: [export], audit: bench.ledger.path, settings: bench.settings,
            showsProgress: false
        ).text
        #expect(text.contains("ch_none: in no export"))
        #expect(text.contains("no finding concerns ch_none"))
    }

    @Test(arguments: [
        (["a/july.csv"], "july"), (["july.csv", "b.csv"], "july-and-1-more"), ([".hidden"], ".hidden"), (["x/"], "x"),
    ]) func namesOfReports(_ exports: [String], _ name: String) {
        #expect(ReportName.derived(from: exports) == name)
    }

    @Test func fileNamesArePlain() {
        #expect(ReportName.fileName("July ../ü<x>") == "July_..___x_")
        #expect(ReportName.fileName("..") == "reconciliation")
    }

    @Test func aFolderThatCannotBeMadeIsAnError() {
        let file = bench.folder.write("file", "x")
        #expect(throws: OutputFailure.self) { try FileWriter.write([1], to: file + "/inner/report.html") }
    }
}
