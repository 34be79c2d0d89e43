import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct ReportingTests {
    private func run(_ bench: Bench, _ type: String, _ more: String = "") -> Bench.Answer {
        bench.post(
            "/v1/reporting/report_runs",
            "report_type=\(type)&parameters[interval_start]=\(Bench.start - 100)"
                + "&parameters[interval_end]=\(Bench.start + 1000)" + more)
    }

    private func text(_ bench: Bench, _ run: String) -> String {
        let file = bench.get("/v1/reporting/report_runs/\(run)")["result"]?["id"]?.stringValue ?? ""
        return bench.host.fileContents(of: file, world: "w").map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    }

    @Test func `a report takes a minute and ends in a file`() throws {
        var bench = Bench()
        _ = bench.post("/v1/charges", "amount=1234&currency=usd&source=tok_visa&description=Tea%2C%20%22black%22")
        _ = bench.post("/v1/charges", "amount=500&currency=jpy&source=tok_visa")
        let made = run(bench, "balance_change_from_activity.itemized.3")
        #expect(made["status"] == "pending")
        #expect(made["result"] == .null)
        bench.now += 60
        let done = bench.get("/v1/reporting/report_runs/\(made.id)")
        #expect(done["status"] == "succeeded")
        #expect(done["succeeded_at"] == .integer(bench.now))
        #expect(done["result"]?["purpose"] == "finance_report_run")
        let lines = text(bench, made.id).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("balance_transaction_id,created_utc,"))
        #expect(lines[1].contains(",usd,12.34,0.66,11.68,charge,"))
        #expect(lines[1].hasSuffix("\"Tea, \"\"black\"\"\""))
        #expect(lines[2].contains(",jpy,500,"))
        #expect(bench.get("/v1/events", "type=reporting.report_run.succeeded").ids.count == 1)
        #expect(done["result"]?["size"] == .integer(Int64(text(bench, made.id).utf8.count)))
    }

    @Test func `a summary adds up, a column list chooses, and only what there is can be asked for`() {
        var bench = Bench()
        for _ in 1...3 { _ = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa") }
        let sums = run(bench, "balance_change_from_activity.summary.1").id
        let chosen = run(
            bench, "balance_change_from_activity.itemized.1",
            "&parameters[columns][]=net&parameters[columns][]=currency"
        ).id
        bench.now += 60
        #expect(text(bench, sums) == "reporting_category,currency,count,gross,fee,net\ncharge,usd,3,30.00,1.77,28.23\n")
        #expect(text(bench, chosen).hasPrefix("net,currency\n9.41,usd\n"))
        #expect(run(bench, "nonsense.1").param == "report_type")
        #expect(run(bench, "payouts.summary.1", "&parameters[columns][]=x").param == "parameters[columns]")
        #expect(
            bench.post("/v1/reporting/report_runs", "report_type=payouts.summary.1").param
                == "parameters[interval_start]")
        #expect(bench.get("/v1/reporting/report_types").ids.contains("balance.summary.1"))
        #expect(bench.get("/v1/reporting/report_types/balance.summary.1")["object"] == "reporting.report_type")
        #expect(bench.get("/v1/reporting/report_types/x").status == 404)
    }
}
