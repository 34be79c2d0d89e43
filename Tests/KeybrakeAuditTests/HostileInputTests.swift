import Testing

@testable import KeybrakeAudit

/// Files that people hand over by mistake, damage or malice. Each gets a clear answer, and none a pass.
@Suite struct HostileInputTests {
    private let bench = Bench()

    init() { bench.ordinaryMonth() }

    private func problem(_ name: String, _ text: String) -> (ids: [String], summary: String, verdict: Verdict) {
        problem(name, Array(text.utf8))
    }

    private func problem(_ name: String, _ bytes: [UInt8]) -> (ids: [String], summary: String, verdict: Verdict) {
        let result = bench.reconcile([bench.folder.write(name, bytes)])
        let errors = result.judgement.drafts.filter { $0.effect == .error }
        let summary = errors.first.map { result.evidence().finding($0).summary } ?? ""
        return (errors.map(\.check.id), summary, result.judgement.verdict)
    }

    @Test(arguments: [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "Git LFS"),
        ("", "empty"), ("  \n\n", "white space"),
        ("id,Amount,Created (UTC),Currency,Livemode,Arrival Date (UTC),Trace ID\n", "payouts"),
        ("balance_transaction_id,created_utc,currency,gross,reporting_category\n", "Reporting API"),
        ("id,amount,amount_refunded,batch_timestamp\n", "Sigma"),
        ("id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)\n", "balance history"),
        ("Date;Betrag;Text\n1;2;3\n", "no header of a known export"),
        ("PK\u{3}\u{4}xlsx", "ZIP"), ("<!DOCTYPE html><title>Log in</title>", "HTML"), ("%PDF-1.7", "PDF"),
        ("SQLite format 3\0", "--audit"), ("{\"object\":\"list\",\"data\":[{\"object\":\"refund\"}]}", "no charges"),
        ("{\"a\":", "ends inside"), ("[1,2]", "no JSON object"),
    ]) func wrongFilesAreRefusedByName(_ text: String, _ word: String) {
        let (ids, summary, verdict) = problem("export.csv", text)
        #expect(ids.contains("KB001") || ids.contains("KB002"))
        #expect(summary.contains(word), "\(summary)")
        #expect(verdict == .cannotVouch)
    }

    @Test func utf16AndGzip() {
        #expect(problem("a.csv", [0xFF, 0xFE, 0x69, 0x00]).summary.contains("UTF-16"))
        #expect(problem("a.csv.gz", [0x1F, 0x8B, 8, 0]).summary.contains("gzip"))
    }

    @Test func missingFileFolderAndLedger() {
        let missing = bench.reconcile(["\(bench.folder.path)/absent.csv"])
        #expect(missing.found.first == "KB001 absent.csv")
        let folder = bench.reconcile([bench.folder.path])
        #expect(folder.finding(.unreadableInput)?.summary.hasSuffix("is not a regular file") == true)
        let export = bench.folder.write("payments.csv", bench.csv)
        let result = Reconciliation(
            exports: [export], audit: "\(bench.folder.path)/absent.db", settings: bench.settings, showsProgress: false)
        #expect(result.found == ["KB001 absent.db"])
        #expect(result.judgement.charges[.notJudged].count == 3)
        #expect(result.judgement.skipped[.bypassTagged] == "the audit cannot be read")
    }

    @Test func headerOnlyIsToldAndWithCallsNotAPass() {
        let result = bench.reconcile([bench.folder.write("payments.csv", TestText.header + "\n")])
        #expect(result.books.files[0].notes == ["the file has a header and no records"])
        #expect(result.judgement.attempts[.outsideWindow].count == 3)
    }

    @Test func cutInsideQuotes() {
        let cut = bench.csv + "ch_9,2026-07-01 00:00:00,1.00,0.00,usd,\"never closed"
        #expect(problem("payments.csv", cut).ids == ["KB002"])
    }

    @Test(arguments: [10, 40, 60]) func cutInsideARow(_ bytes: Int) {
        let result = problem("payments.csv", String(bench.csv.dropLast(bytes)))
        #expect(result.ids == ["KB002"])
        #expect(result.verdict == .cannotVouch)
    }

    @Test func aCutExportProvesNoPhantoms() {
        let result = bench.reconcile([bench.folder.write("payments.csv", String(bench.csv.dropLast(40)))])
        #expect(result.found.allSatisfy { $0.hasPrefix("KB002") })
        #expect(result.judgement.skipped[.phantom] != nil)
        #expect(result.judgement.attempts[.notJudged].count == 1)
    }

    @Test func markCRLFAndQuotedHeader() {
        let text = "\u{FEFF}" + bench.csv.split(separator: "\n").joined(separator: "\r\n") + "\r\n"
        #expect(problem("payments.csv", text).ids == [])
        let quoted = "\"" + TestText.header.split(separator: ",").joined(separator: "\",\"") + "\"\n"
        #expect(problem("q.csv", quoted + bench.lines.joined(separator: "\n") + "\n").ids == [])
    }

    @Test func semicolonsWithDecimalComma() {
        let text =
            bench.csv.split(separator: "\n").map { line in
                line.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ";")
            }.joined(separator: "\n").split(separator: ".").joined(separator: ",") + "\n"
        let result = bench.reconcile([bench.folder.write("payments.csv", text)])
        #expect(result.found == [])
        #expect(result.judgement.charges[.matched].count == 3)
        #expect(result.books.files[0].notes.contains { $0.contains("decimal comma") })
    }

    @Test func latin1BytesAreKeptAndTold() {
        var bytes = Array(bench.csv.utf8)
        let place = bytes.lastIndex(of: UInt8(ascii: "[")) ?? 0
        bytes.insert(contentsOf: [0x5A, 0xFC, 0x72, 0x69, 0x63, 0x68, 0x20], at: place)
        let result = bench.reconcile([bench.folder.write("payments.csv", bytes)])
        #expect(result.found == [])
        #expect(
            result.books.files[0].notes.first?.hasPrefix("1 records hold bytes that are not UTF-8, first on line 4")
                == true)
    }

    @Test func nulAndControlCharactersKeepTheRow() {
        bench.charge("ch_nul", conversation: nil, description: "a\0b\u{1B}[31m\u{202E}x")
        let result = bench.reconcile()
        #expect(result.found == ["KB102 ch_nul"])
    }

    @Test(arguments: [
        ("ch_9,2026-07-01 00:00:00,1.00,0.00,usd,x,Bezahlt,cus_1", "Status"),
        ("ch_9,2026-07-01 00:00:00,1.00,0.00,zzz,x,Paid,cus_1", "currency"),
        ("ch_9,2026-07-01 00:00:00,100.50,0.00,jpy,x,Paid,cus_1", "decimals"),
        ("ch_9,2026-07-01 00:00:00,-1.00,0.00,usd,x,Paid,cus_1", "no amount"),
        ("ch_9,01/07/2026 00:00,1.00,0.00,usd,x,Paid,cus_1", "spreadsheet"),
        ("ch_9,2026-07-01 00:00:00,1.00,0.00,usd,\"x\"y,Paid,cus_1", "closing quote"),
        ("ch_9,2026-07-01 00:00:00,1.00,0.00,usd,x,Paid,cus_1,more", "9 of 8 fields"),
    ]) func unknownWordsAndNumbers(_ line: String, _ word: String) {
        let lines = bench.csv.split(separator: "\n").map(String.init)
        let text = ([lines[0], line] + lines[1...]).joined(separator: "\n") + "\n"
        let (ids, summary, _) = problem("payments.csv", text)
        #expect(ids == ["KB006"])
        #expect(summary.contains(word), "\(summary)")
    }

    @Test func repeatedAndConflictingRecords() {
        bench.lines.append(bench.lines[0])
        let repeated = bench.reconcile()
        #expect(repeated.found == [])
        #expect(repeated.judgement.counts[.repeatedRecords]?.notes == 1)
        #expect(repeated.judgement.proof.ties)
        let other = bench.folder.write(
            "other.csv", TestText.header + "\n" + bench.lines[1].replacing("1.01", with: "9.99") + "\n")
        let conflicting = bench.reconcile([bench.folder.write("payments.csv", bench.csv), other])
        #expect(conflicting.found == ["KB003 ch_101"])
        #expect(conflicting.fact(.conflictingRecords, "its amount") == "9.99")
        #expect(conflicting.judgement.proof.ties)
    }

    @Test func theNewestStateOfARepeatedChargeCounts() {
        bench.ledger.call()
        bench.charge(status: "Pending")
        bench.charge(refunded: "12.50", status: "Refunded")
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.books.charges.last?.status == .refunded)
        #expect(result.books.charges.last?.refunded == 1_250)
    }

    @Test func intentsWithoutChargeAndSuccessWithoutId() {
        bench.charge("", status: "requires_payment_method")
        #expect(bench.reconcile().judgement.counts[.intentWithoutCharge]?.notes == 1)
        bench.charge("", status: "succeeded")
        #expect(bench.reconcile().found == ["KB008 payments.csv:6"])
    }

    @Test func liveAndTestTogether() {
        bench.header += ",Mode"
        bench.lines = bench.lines.enumerated().map { $1 + ($0 == 0 ? ",Live" : ",Test") }
        #expect(bench.reconcile().found == ["KB009 payments.csv"])
    }

    @Test func columnsThatAreMissingSwitchChecksOff() {
        let text =
            "id,Created date (UTC),Amount\n"
            + bench.lines.map {
                $0.split(separator: ",").prefix(3).joined(separator: ",")
            }.joined(separator: "\n") + "\n"
        let result = bench.reconcile([bench.folder.write("payments.csv", text)])
        #expect(
            result.found == [
                "KB001 payments.csv, Currency is missing", "KB001 payments.csv, Status is missing",
            ])
        for check in [Check.currencyMismatch, .statusMismatch, .bypassTagged, .customerMismatch] {
            #expect(result.judgement.skipped[check] != nil)
        }
        #expect(result.judgement.skipped[.amountMismatch] == nil)
    }

    @Test func oldDashboardHasNoSeconds() {
        bench.header = bench.header.replacing("Created date (UTC)", with: "Created (UTC)")
        bench.lines = bench.lines.map { line in
            var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            fields[1] = String(fields[1].dropLast(3))
            return fields.joined(separator: ",")
        }
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.books.files[0].kind == "Dashboard payments (Created (UTC))")
    }

    @Test(arguments: 0..<200) func randomDamageNeverTraps(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = Array(bench.csv.utf8)
        for _ in 0..<random.next(upTo: 8) + 1 {
            let place = random.next(upTo: bytes.count)
            switch random.next(upTo: 3) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            default: bytes.insert(UInt8(ascii: "\""), at: place)
            }
        }
        let result = bench.reconcile([bench.folder.write("damaged.csv", bytes)])
        #expect(result.judgement.proof.ties, "seed \(seed)")
        #expect(result.judgement.charges[.open].count == 0)
    }
}
