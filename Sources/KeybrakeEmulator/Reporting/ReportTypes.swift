internal import KeybrakeStripe

/// The reports that can be run.
enum ReportTypes {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/reporting/report_types", list),
        ("GET /v1/reporting/report_types/{report_type}", retrieve),
    ]

    /// One kind of report.
    struct Row: Sendable {
        let id: String
        let name: String
        /// A line for each balance transaction, or else one for each category.
        let isItemized: Bool
        /// Which balance transactions it is about; `nil` for all.
        let category: String?
    }

    static let rows: [Row] = [
        Row(id: "balance.summary.1", name: "Balance summary", isItemized: false, category: nil),
        Row(
            id: "balance_change_from_activity.itemized.1", name: "Itemized balance change from activity",
            isItemized: true, category: nil),
        Row(
            id: "balance_change_from_activity.itemized.3", name: "Itemized balance change from activity",
            isItemized: true, category: nil),
        Row(
            id: "balance_change_from_activity.summary.1", name: "Balance change from activity summary",
            isItemized: false, category: nil),
        Row(id: "payouts.itemized.3", name: "Itemized payouts", isItemized: true, category: "payout"),
        Row(id: "payouts.summary.1", name: "Payouts summary", isItemized: false, category: "payout"),
    ]

    /// When the account's data begins.
    private static let beginning = CivilTime.unixSeconds(year: 2_020, month: 1, day: 1)

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let types = rows.map { object($0, now: call.now).bytes }
        return .page(ListPage(url: "/v1/reporting/report_types", elements: types, hasMore: false))
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(object(try row(call.pathValue(), param: "report_type", status: 404), now: call.now))
    }

    static func row(_ id: String, param: String, status: Int) throws(StripeError) -> Row {
        guard let row = rows.first(where: { $0.id == id }) else {
            throw .missing("report type", id: id, param: param, status: status)
        }
        return row
    }

    static func columns(_ row: Row) -> [String] {
        row.isItemized
            ? [
                "balance_transaction_id", "created_utc", "available_on_utc", "currency", "gross", "fee", "net",
                "reporting_category", "source_id", "description",
            ] : ["reporting_category", "currency", "count", "gross", "fee", "net"]
    }

    private static func object(_ row: Row, now: Int64) -> JSONObject {
        [
            "id": .string(row.id), "object": "reporting.report_type",
            "data_available_end": .integer(CivilTime.startOfDay(now)), "data_available_start": .integer(beginning),
            "default_columns": .array(columns(row).map { .string($0) }), "livemode": false, "name": .string(row.name),
            "updated": .integer(CivilTime.startOfDay(now)), "version": .integer(Int64(row.id.suffix(1)) ?? 1),
        ]
    }
}
