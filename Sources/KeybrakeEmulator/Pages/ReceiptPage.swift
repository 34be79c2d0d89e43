internal import KeybrakeStripe

/// The receipt of a charge.
enum ReceiptPage {
    static func answer(_ visit: PageVisit, _ account: Account) -> EmulatorAnswer {
        guard visit.part == nil, let charge = account.store.object(.charge, id: visit.id)?.tree, charge.flag("paid")
        else { return PageAnswer.notFound }
        let currency = charge.text("currency") ?? "usd"
        let card = charge["payment_method_details"]?["card"]
        let method =
            card.map { "\($0["brand"]?.stringValue ?? "card") ending in \($0["last4"]?.stringValue ?? "")" }
            ?? charge["payment_method_details"]?["type"]?.stringValue ?? ""
        let refunded = charge.integer("amount_refunded")
        let refund: HTML =
            refunded == 0
            ? "" : "<tr><th scope=\"row\">Refunded</th><td>\(PageMoney.text(refunded, currency))</td></tr>"
        return PageAnswer.page(
            title: "Receipt",
            """
            <section><h1>Receipt</h1><table><tbody>\
            <tr><th scope="row">\(charge.text("description") ?? "Payment")</th>\
            <td id="total">\(PageMoney.text(charge.integer("amount"), currency))</td></tr>\(refund)\
            <tr><th scope="row">Paid with</th><td>\(method)</td></tr>\
            <tr><th scope="row">Payment</th><td>\(visit.id)</td></tr></tbody></table></section>
            """)
    }
}
