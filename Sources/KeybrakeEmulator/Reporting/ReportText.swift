internal import KeybrakeStripe

/// The text of a report: its balance transactions, or their sums.
enum ReportText {
    static func csv(_ row: ReportTypes.Row, _ parameters: JSONObject, _ account: Account) -> [UInt8] {
        let span =
            parameters.integer(
                "interval_start")..<max(
                parameters.integer("interval_start"), parameters.integer("interval_end"))
        let wanted = row.category ?? parameters.text("reporting_category")
        let transactions = (account.store.collection(.balanceTransaction)?.objects ?? []).lazy
            .filter { span.contains($0.created) }.map(\.tree)
            .filter { transaction in
                (wanted == nil || transaction.text("reporting_category") == wanted)
                    && (parameters.text("currency").map { transaction.text("currency") == $0 } ?? true)
            }
        let lines = row.isItemized ? transactions.map(cells) : sums(Array(transactions))
        let asked = parameters["columns"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let columns = ReportTypes.columns(row)
        let places = (asked.isEmpty ? columns : asked).compactMap { columns.firstIndex(of: $0) }
        var text: [UInt8] = []
        for line in [columns] + lines { CSVText.append(places.map { line[$0] }, to: &text) }
        return text
    }

    private static func cells(_ transaction: JSONObject) -> [String] {
        let currency = transaction.text("currency") ?? ""
        let money = { (name: String) in CSVText.majorText(transaction.integer(name), currency) }
        return [
            transaction.text("id") ?? "", CivilTime.spaced(transaction.integer("created")),
            CivilTime.spaced(transaction.integer("available_on")), currency, money("amount"), money("fee"),
            money("net"), transaction.text("reporting_category") ?? "", transaction.text("source") ?? "",
            transaction.text("description") ?? "",
        ]
    }

    private static func sums(_ transactions: [JSONObject]) -> [[String]] {
        let groups = Dictionary(grouping: transactions) {
            [$0.text("reporting_category") ?? "", $0.text("currency") ?? ""]
        }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, group in
            let sum = { (name: String) in
                CSVText.majorText(group.reduce(0) { AmountLimits.clamped($0 + $1.integer(name)) }, key[1])
            }
            return key + [String(group.count), sum("amount"), sum("fee"), sum("net")]
        }
    }
}
