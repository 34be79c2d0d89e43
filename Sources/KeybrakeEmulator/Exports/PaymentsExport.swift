internal import KeybrakeStripe

/// The Dashboard's payments export: the 23 columns that are chosen by default, then one for each metadata key.
enum PaymentsExport {
    static let columns = [
        "id", "Created date (UTC)", "Amount", "Amount Refunded", "Currency", "Captured", "Converted Amount",
        "Converted Amount Refunded", "Converted Currency", "Decline Reason", "Description", "Fee",
        "Refunded date (UTC)", "Statement Descriptor", "Status", "Seller Message", "Taxes On Fee", "Card ID",
        "Customer ID", "Customer Description", "Customer Email", "Invoice ID", "Transfer",
    ]

    /// The whole file: header, then charges and the intents that never made one, newest first.
    static func csv(_ account: Account) -> [UInt8] {
        var rows = chargeRows(account) + intentRows(account)
        rows.sort { ($0.created, $0.order) > ($1.created, $1.order) }
        let keys = metadataKeys(rows)
        var text: [UInt8] = []
        text.reserveCapacity(200 * (rows.count + 2))
        CSVText.append(columns + keys.map { "\($0) (metadata)" }, to: &text)
        for row in rows {
            CSVText.append(row.cells + keys.map { row.metadata.text($0) ?? "" }, to: &text)
        }
        return text
    }

    /// One line of the export before the metadata columns are known.
    private struct Row {
        let created: Int64
        /// Later objects of the same second come first.
        let order: Int
        let cells: [String]
        let metadata: JSONObject
    }

    private static func chargeRows(_ account: Account) -> [Row] {
        (account.store.collection(.charge)?.objects ?? []).enumerated().map { order, object in
            row(charge: object.tree, order: order, account)
        }
    }

    private static func row(charge: JSONObject, order: Int, _ account: Account) -> Row {
        let currency = charge.text("currency") ?? ""
        let major = { (amount: Int64) in CSVText.majorText(amount, currency) }
        let transaction = charge.text("balance_transaction").flatMap {
            account.store.object(.balanceTransaction, id: $0)?.tree
        }
        let customer = charge.text("customer").flatMap { account.store.object(.customer, id: $0)?.tree }
        let moved = transaction != nil
        let cells = [
            charge.text("id") ?? "", CivilTime.spaced(charge.integer("created")), major(charge.integer("amount")),
            major(charge.integer("amount_refunded")), currency, charge.flag("captured") ? "true" : "false",
            moved ? major(charge.integer("amount")) : "", moved ? major(charge.integer("amount_refunded")) : "",
            moved ? currency : "", declineReason(charge), charge.text("description") ?? "",
            major(transaction?.integer("fee") ?? 0), refundedDate(charge, account),
            charge.text("statement_descriptor") ?? "", status(charge),
            charge["outcome"]?["seller_message"]?.stringValue ?? "", major(0), charge.text("payment_method") ?? "",
            charge.text("customer") ?? "", customer?.text("description") ?? "", customer?.text("email") ?? "", "", "",
        ]
        return Row(
            created: charge.integer("created"), order: order, cells: cells,
            metadata: charge.object("metadata") ?? JSONObject())
    }

    /// An intent that never made a charge has a row without id, in which most cells are empty.
    private static func intentRows(_ account: Account) -> [Row] {
        (account.store.collection(.paymentIntent)?.objects ?? []).enumerated().compactMap { order, object in
            guard object.text("latest_charge") == nil else { return nil }
            let intent = object.tree
            let customer = intent.text("customer")
            let owner = customer.flatMap { account.store.object(.customer, id: $0)?.tree }
            var cells = Array(repeating: "", count: columns.count)
            cells[1] = CivilTime.spaced(intent.integer("created"))
            cells[2] = CSVText.majorText(intent.integer("amount"), intent.text("currency") ?? "")
            cells[4] = intent.text("currency") ?? ""
            cells[10] = intent.text("description") ?? ""
            cells[14] = intent.text("status") ?? ""
            cells[18] = customer ?? ""
            cells[19] = owner?.text("description") ?? ""
            cells[20] = owner?.text("email") ?? ""
            return Row(
                created: intent.integer("created"), order: order, cells: cells,
                metadata: intent.object("metadata") ?? JSONObject())
        }
    }

    private static func status(_ charge: JSONObject) -> String {
        switch charge.text("status") {
        case "failed": return "Failed"
        case "pending": return "Pending"
        default: break
        }
        if charge.flag("refunded") { return "Refunded" }
        return charge.flag("captured") ? "Paid" : "Uncaptured"
    }

    private static func declineReason(_ charge: JSONObject) -> String {
        guard charge.text("status") == "failed" else { return "" }
        return charge["outcome"]?["reason"]?.stringValue ?? charge.text("failure_code") ?? ""
    }

    private static func refundedDate(_ charge: JSONObject, _ account: Account) -> String {
        guard charge.integer("amount_refunded") > 0, let id = charge.text("id"),
            let refunds = account.store.collection(.refund),
            let last = refunds.positions(where: "charge", is: id)?.last
        else { return "" }
        return CivilTime.spaced(refunds.objects[Int(last)].created)
    }

    private static func metadataKeys(_ rows: [Row]) -> [String] {
        var seen: Set<String> = []
        for row in rows {
            for member in row.metadata.members { seen.insert(member.name) }
        }
        return seen.sorted()
    }
}
