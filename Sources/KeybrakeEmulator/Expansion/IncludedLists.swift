internal import KeybrakeStripe

/// Lists that objects leave out until they are asked for, such as the refunds of a charge.
enum IncludedLists {
    /// The list that belongs into that member, its first page.
    static func list(_ member: String, of object: JSONObject, _ account: Account) -> JSONValue? {
        guard let owner = object.text("object"), let id = object.text("id") else { return nil }
        if member == "line_items", let path = salePaths[owner] {
            return SaleRecord(of: id, in: account).list(url: "\(path)/\(id)/line_items")
        }
        guard let rule = rules["\(owner).\(member)"] else { return nil }
        let collection = account.store.collection(rule.kind)
        let positions = collection?.positions(where: rule.member, is: id) ?? []
        let newest = positions.reversed().prefix(Int(PageRequest.limitDefault))
        return [
            "object": "list",
            "data": .array(newest.compactMap { collection?.objects[Int($0)].tree }.map { .object($0) }),
            "has_more": .bool(positions.count > newest.count),
            "url": .string("\(rule.path)/\(id)/\(member)"),
        ]
    }

    private static let salePaths = [
        "checkout.session": "/v1/checkout/sessions", "payment_link": "/v1/payment_links", "quote": "/v1/quotes",
    ]

    private static let rules: [String: (kind: ObjectKind, member: String, path: String)] = [
        "invoice.payments": (.invoicePayment, "invoice", "/v1/invoices"),
        "charge.refunds": (.refund, "charge", "/v1/charges"),
        "customer.sources": (.card, "customer", "/v1/customers"),
        "customer.subscriptions": ("subscription", "customer", "/v1/customers"),
        "customer.tax_ids": ("tax_id", "customer", "/v1/customers"),
    ]
}
