import KeybrakeCrypto
import KeybrakeStripe
import Testing

@testable import KeybrakeAudit

/// What every report must hold to, whatever the inputs say.
@Suite struct ReportTests {
    private let bench = Bench()

    init() {
        bench.ordinaryMonth()
        bench.charge("ch_around", conversation: nil, description: Self.hostile)
        bench.charge("ch_tagged")
        bench.ledger.call {
            $0.object = "ch_\"><script>alert(1)</script>"; $0.at = 70
        }
    }

    static let hostile =
        "</script><script>alert(1)</script>]]>&amp; =HYPERLINK(\"x\") \u{202E}\u{7}<img src=x onerror=y>"

    private var reports: ReportBytes { ReportBytes(bench.reconcile(), name: "<july>") }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func sameInputGivesTheSameBytes() {
        let (one, other) = (reports, reports)
        #expect(one.html == other.html)
        #expect(one.junit == other.junit)
        #expect(one.lines == other.lines)
    }

    @Test func timeAppearsOnlyWhenGiven() {
        #expect(!text(reports.html).contains(", made "))
        bench.settings.now = TestLedger.july
        #expect(text(reports.html).contains(", made 2026-07-01T00:00:00Z"))
    }

    @Test func pageRefersToNothingOutside() {
        let page = text(reports.html)
        for word in ["http:", "https:", "//cdn", "src=", "url(", "@import", "<link", "<iframe", "<form", "style=\""] {
            #expect(!page.replacing("&lt;img src=x", with: "").contains(word), "\(word)")
        }
    }

    @Test func policyOfThePageNamesTheHashesOfItsStyleAndScript() throws {
        let page = text(reports.html)
        for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
            let content = try #require(page.split(separator: "<\(tag)>").last?.split(separator: "</\(tag)>").first)
            let hash = Base64.text(SHA256Digest(hashing: String(content)).bytes)
            #expect(page.contains("\(directive) 'sha256-\(hash)'"))
        }
        #expect(page.contains("default-src 'none'"))
        #expect(HTMLScript.text.utf8.count < 15_000)
        #expect(!HTMLScript.text.contains("</") && !HTMLScript.text.contains("innerHTML"))
    }

    @Test func hostileTextIsHarmless() {
        let page = text(reports.html)
        #expect(page.split(separator: "<script").count == 2)
        #expect(!page.contains("<img"))
        #expect(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"))
        #expect(page.contains("\\u{202e}") && page.contains("\\u{7}"))
        #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    }

    @Test func anchorsAreUniqueAndPlain() {
        let page = text(reports.html)
        let ids = page.split(separator: "id=\"").dropFirst().compactMap {
            $0.split(separator: "\"").first.map(String.init)
        }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.allSatisfy { $0.isASCII && !"<>&' ".contains($0) } })
        #expect(ids.contains("f-KB102-ch_around"))
    }

    @Test func everyOpenedElementIsClosed() {
        #expect(MarkupCheck.firstFault(in: text(reports.html), isHTML: true) == nil)
        #expect(MarkupCheck.firstFault(in: text(reports.junit), isHTML: false) == nil)
    }

    @Test func junitHoldsToTheCommonDialect() throws {
        let document = text(reports.junit)
        #expect(document.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>"))
        let suites = document.split(separator: "<testsuite ").dropFirst()
        #expect(suites.count == Check.allCases.count)
        var names = Set<String>()
        for suite in suites {
            let cases = suite.split(separator: "<testcase ").dropFirst()
            let head = String(suite.split(separator: ">").first ?? "")
            #expect(head.contains("tests=\"\(cases.count)\""))
            #expect(head.contains("failures=\"\(suite.split(separator: "<failure").count - 1)\""))
            #expect(head.contains("errors=\"\(suite.split(separator: "<error").count - 1)\""))
            #expect(head.contains("hostname=\"offline\"") && head.contains("time=\"0.000\""))
            #expect(suite.contains("<system-out></system-out>") && suite.contains("<system-err></system-err>"))
            for testCase in cases {
                let name = String(testCase.split(separator: ">").first ?? "")
                #expect(names.insert(name).inserted, "\(name)")
                #expect(name.hasPrefix("classname=\"keybrake.KB"))
            }
        }
        #expect(document.split(separator: "<property ").count - 1 == 4)
        #expect(document.contains("timestamp=\"2026-07-02T01:00:01\""))
    }

    @Test func junitCallsNothingAPassWhenAnInputIsDamaged() {
        let export = bench.folder.write("cut.csv", String(bench.csv.dropLast(40)))
        let document = text(ReportBytes(bench.reconcile([export]), name: "cut").junit)
        let suites = document.split(separator: "<testsuite ").dropFirst()
        for suite in suites where suite.contains("name=\"KB1") {
            #expect(suite.contains("<skipped") || suite.contains("<failure") || suite.contains("<error"))
        }
    }

    @Test func linesAreJSONWithMembersInOrder() throws {
        let lines = reports.lines.split(separator: 0x0A)
        #expect(lines.count > 3)
        for line in lines {
            let members = try #require(JSONParser.parse(line).objectValue?.members.map(\.name))
            #expect(
                members == [
                    "check", "title", "severity", "effect", "subject", "conversation", "amount", "currency", "time",
                    "summary", "evidence",
                ])
        }
    }

    @Test func manyFindingsStandInClosedGroups() {
        let many = Bench()
        many.ordinaryMonth()
        for number in 0..<2_450 { many.charge("ch_x\(number)", at: 100 + Int64(number), conversation: nil) }
        let page = text(ReportBytes(many.reconcile(), name: "many").html)
        #expect(page.split(separator: "<details class=\"more\">").count - 1 == 4)
        #expect(page.split(separator: "<tr id=\"f-KB102").count - 1 == 2_450)
        #expect(MarkupCheck.firstFault(in: page, isHTML: true) == nil)
    }

    @Test func nothingFoundIsSaid() {
        let calm = Bench()
        calm.ordinaryMonth()
        calm.header += ",Mode,PaymentIntent ID"
        calm.lines = calm.lines.map { $0 + ",Test," }
        let page = text(ReportBytes(calm.reconcile(), name: "calm").html)
        #expect(page.contains("Nothing was found."))
        #expect(page.contains("\u{2713} Pass"))
    }
}
