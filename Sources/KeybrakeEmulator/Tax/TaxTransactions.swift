internal import KeybrakeStripe

/// Transactions: taxes that were collected, and given back.
///
///     calculation ─→ transaction ─→ reversal, in full or in part, never of more than there was
enum TaxTransactions {
    private static let path = "/v1/tax/transactions"

    static let routes: [(String, Behaviour)] =
        [
            ("POST \(path)/create_from_calculation", create),
            ("POST \(path)/create_reversal", reverse),
        ] + Shaped.plain("GET \(path)/{transaction}", "GET \(path)/{transaction}/line_items")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("calculation")
        let calculation = try account.find(.taxCalculation, id, param: "calculation").tree
        guard calculation.integer("expires_at") > call.now else {
            throw .invalid("The calculation \(id) has expired.", param: "calculation")
        }
        let reference = try freshReference(call.form, account)
        var transaction = account.blank(.taxTransaction, now: call.now)
        for name in ["currency", "customer", "customer_details", "ship_from_details", "tax_date"] {
            transaction[name] = calculation[name] ?? .null
        }
        let lines = (calculation["line_items"]?["data"]?.arrayValue ?? []).compactMap(\.objectValue)
        transaction["line_items"] = list(lines.map { item($0, from: nil, &account) }, transaction)
        transaction["shipping_cost"] = cost(calculation.object("shipping_cost"))
        finish(&transaction, call.form, reference, type: "transaction", reversalOf: nil, call.now)
        transaction.set("metadata", try Metadata.merge(call.form["metadata"]))
        return .stored(.taxTransaction, id: account.create(.taxTransaction, transaction, call.cause).id)
    }

    static func reverse(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("original_transaction")
        let original = try account.find(.taxTransaction, id, param: "original_transaction").tree
        guard original.text("type") == "transaction" else {
            throw .invalid("A reversal cannot be reversed.", param: "original_transaction")
        }
        let reference = try freshReference(call.form, account)
        let metadata = try Metadata.merge(call.form["metadata"])
        let parts = try parts(of: original, call.form, Reversed(of: id, account))
        var reversal = original
        reversal.set("id", account.ids.next("tax"))
        reversal.set("created", call.now)
        let lines = parts.lines.map { part in item(part.changed, from: part.original, &account) }
        reversal["line_items"] = list(lines, reversal)
        reversal["shipping_cost"] = .null
        if let shipping = parts.shipping, var cost = original.object("shipping_cost") {
            cost.set("amount", shipping.amount)
            cost.set("amount_tax", shipping.tax)
            reversal.set("shipping_cost", cost)
        }
        finish(&reversal, call.form, reference, type: "reversal", reversalOf: id, call.now)
        reversal.set("metadata", metadata)
        var stored = StoredObject(id: reversal.text("id") ?? "", created: call.now, bytes: reversal.bytes)
        stored.owner = id
        account.store.insert(.taxTransaction, stored)
        return .stored(.taxTransaction, id: stored.id)
    }

    /// What earlier reversals have taken off a transaction; negative.
    private struct Reversed {
        private(set) var lines: [String: (amount: Int64, tax: Int64)] = [:]
        private(set) var shipping: (amount: Int64, tax: Int64) = (0, 0)

        init(of id: String, _ account: Account) {
            let reversals = (account.store.collection(.taxTransaction)?.objects ?? []).filter { $0.owner == id }
            for reversal in reversals.map(\.tree) {
                for line in (reversal["line_items"]?["data"]?.arrayValue ?? []).compactMap(\.objectValue) {
                    let original = line["reversal"]?["original_line_item"]?.stringValue ?? ""
                    lines[original, default: (0, 0)].amount += line.integer("amount")
                    lines[original, default: (0, 0)].tax += line.integer("amount_tax")
                }
                shipping.amount += reversal["shipping_cost"]?["amount"]?.integerValue ?? 0
                shipping.tax += reversal["shipping_cost"]?["amount_tax"]?.integerValue ?? 0
            }
        }
    }

    /// What a reversal takes off.
    private struct Parts {
        var lines: [(original: String, changed: JSONObject)] = []
        var shipping: (amount: Int64, tax: Int64)?
    }

    private static func parts(of original: JSONObject, _ form: FormMap, _ reversed: Reversed) throws(StripeError)
        -> Parts
    {
        let lines = (original["line_items"]?["data"]?.arrayValue ?? []).compactMap(\.objectValue)
        let left = lines.map { line -> (amount: Int64, tax: Int64) in
            let earlier = reversed.lines[line.text("id") ?? ""] ?? (0, 0)
            return (line.integer("amount") + earlier.amount, line.integer("amount_tax") + earlier.tax)
        }
        let cost = original.object("shipping_cost").map {
            ($0.integer("amount") + reversed.shipping.amount, $0.integer("amount_tax") + reversed.shipping.tax)
        }
        if try form.required("mode") == "full" {
            guard left.contains(where: { $0 != (0, 0) }) || cost.map({ $0 != (0, 0) }) ?? false else {
                throw .invalid("The transaction has been reversed in full already.", param: "original_transaction")
            }
            let changed = zip(lines, left).map { ($0.text("id") ?? "", with($0, -$1.amount, -$1.tax)) }
            return Parts(lines: changed, shipping: cost.map { (-$0.0, -$0.1) })
        }
        if let flat = form.integer("flat_amount") { return try flatParts(lines, left, flat) }
        guard let given = form["line_items"]?.list?.compactMap(\.map), !given.isEmpty else {
            throw .parameterMissing("line_items")
        }
        var parts = Parts()
        for (index, item) in given.enumerated() {
            let param = "line_items[\(index)]"
            guard let place = lines.firstIndex(where: { $0.text("id") == item.given("original_line_item") }) else {
                throw .missing(
                    "line item", id: item.given("original_line_item") ?? "", param: "\(param)[original_line_item]",
                    status: 400)
            }
            let (amount, tax) = (item.integer("amount") ?? 0, item.integer("amount_tax") ?? 0)
            try AmountLimits.check(amount, -max(0, left[place].amount)...0, param: "\(param)[amount]")
            try AmountLimits.check(tax, -max(0, left[place].tax)...0, param: "\(param)[amount_tax]")
            var changed = with(lines[place], amount, tax)
            changed.set("reference", item.given("reference") ?? lines[place].text("reference"))
            if let quantity = item.integer("quantity") { changed.set("quantity", quantity) }
            parts.lines.append((lines[place].text("id") ?? "", changed))
        }
        return parts
    }

    /// Takes an amount with its tax off all lines alike.
    private static func flatParts(
        _ lines: [JSONObject], _ left: [(amount: Int64, tax: Int64)], _ flat: Int64
    ) throws(StripeError) -> Parts {
        let whole = zip(lines, left).map { line, left in
            left.amount + (line.text("tax_behavior") == "inclusive" ? 0 : left.tax)
        }
        let sum = whole.reduce(0, +)
        try AmountLimits.check(flat, -max(1, sum) ... -1, param: "flat_amount")
        let shares = Share.split(-flat, by: whole.map { max(0, $0) })
        var parts = Parts()
        for (index, line) in lines.enumerated() where shares[index] != 0 {
            let tax = Share.of(left[index].tax, shares[index], per: max(1, whole[index]))
            let amount = line.text("tax_behavior") == "inclusive" ? shares[index] : shares[index] - tax
            parts.lines.append((line.text("id") ?? "", with(line, -amount, -tax)))
        }
        return parts
    }

    private static func with(_ line: JSONObject, _ amount: Int64, _ tax: Int64) -> JSONObject {
        var line = line
        line.set("amount", amount)
        line.set("amount_tax", tax)
        return line
    }

    private static func freshReference(_ form: FormMap, _ account: Account) throws(StripeError) -> String {
        let reference = try form.required("reference")
        let objects = account.store.collection(.taxTransaction)?.objects ?? []
        guard !objects.contains(where: { $0.text("reference") == reference }) else {
            throw .invalid("A transaction with the reference \(reference) exists already.", param: "reference")
        }
        return reference
    }

    private static func item(_ line: JSONObject, from original: String?, _ account: inout Account) -> JSONObject {
        var item: JSONObject = [
            "id": .string(account.ids.next("tax_li")), "object": "tax.transaction_line_item", "livemode": false,
        ]
        for name in [
            "amount", "amount_tax", "metadata", "product", "quantity", "reference", "tax_behavior", "tax_code",
        ] {
            item[name] = line[name] ?? .null
        }
        item["reversal"] = original.map { ["original_line_item": .string($0)] } ?? .null
        item.set("type", original == nil ? "transaction" : "reversal")
        return item
    }

    private static func list(_ lines: [JSONObject], _ transaction: JSONObject) -> JSONValue {
        [
            "object": "list", "data": .array(lines.map { .object($0) }), "has_more": false,
            "url": .string("\(path)/\(transaction.text("id") ?? "")/line_items"),
        ]
    }

    private static func cost(_ calculated: JSONObject?) -> JSONValue {
        guard var cost = calculated else { return .null }
        cost["tax_breakdown"] = nil
        return .object(cost)
    }

    private static func finish(
        _ transaction: inout JSONObject, _ form: FormMap, _ reference: String, type: String, reversalOf id: String?,
        _ now: Int64
    ) {
        transaction.set("posted_at", form.integer("posted_at") ?? now)
        transaction.set("reference", reference)
        transaction["reversal"] = id.map { ["original_transaction": .string($0)] } ?? .null
        transaction.set("type", type)
    }
}
