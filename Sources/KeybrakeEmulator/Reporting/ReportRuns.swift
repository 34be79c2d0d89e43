internal import KeybrakeStripe

/// Runs of reports.
///
///     create ─→ pending ─ a minute ─→ succeeded, with a file
enum ReportRuns {
    static let routes: [(String, Behaviour)] =
        [("POST /v1/reporting/report_runs", create)]
        + Shaped.plain("GET /v1/reporting/report_runs", "GET /v1/reporting/report_runs/{report_run}")

    static let runSeconds: Int64 = 60

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let row = try ReportTypes.row(try call.form.required("report_type"), param: "report_type", status: 400)
        let parameters = call.form.map("parameters") ?? FormMap()
        for name in ["interval_start", "interval_end"] where parameters[name] == nil {
            throw .parameterMissing("parameters[\(name)]")
        }
        let (start, end) = (parameters.integer("interval_start") ?? 0, parameters.integer("interval_end") ?? 0)
        guard start < end else {
            throw .invalid("The interval must end after it starts.", param: "parameters[interval_end]")
        }
        let known = Set(ReportTypes.columns(row))
        for column in parameters["columns"]?.list?.compactMap(\.text) ?? [] where !known.contains(column) {
            throw .invalid("The report has no column \(column.prefix(60)).", param: "parameters[columns]")
        }
        var run = try account.shaped(call)
        run["error"] = .null
        run["result"] = .null
        run.set("status", "pending")
        let id = account.create(.reportRun, run, call.cause).id
        account.agenda.add(.reportRuns(id: id), at: call.now + runSeconds)
        return .stored(.reportRun, id: id)
    }

    /// The report is written.
    static func finish(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var run = account.store.object(.reportRun, id: id)?.tree,
            let row = ReportTypes.rows.first(where: { $0.id == run.text("report_type") })
        else { return }
        let bytes = ReportText.csv(row, run.object("parameters") ?? JSONObject(), account)
        let file = Files.make(
            "\(id).csv", purpose: "finance_report_run", bytes: bytes, title: row.name, &account, cause)
        run["result"] = account.store.object(.file, id: file).map { .object($0.tree) }
        run.set("status", "succeeded")
        run.set("succeeded_at", cause.now)
        account.update(.reportRun, run, event: "reporting.report_run.succeeded", cause)
    }
}
