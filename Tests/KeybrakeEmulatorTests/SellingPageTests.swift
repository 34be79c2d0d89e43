import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Payment links, the customer portal and hosted invoices.
@Suite struct SellingPageTests {
    private func price(_ bench: Bench, _ amount: Int, monthly: Bool = false) -> String {
        bench.post(
            "/v1/prices",
            "currency=usd&unit_amount=\(amount)&product_data[name]=Box" + (monthly ? "&recurring[interval]=month" : "")
        ).id
    }

    /// A customer with a card and a monthly subscription.
    private func subscriber(_ bench: Bench) -> (customer: String, subscription: String) {
        let customer = bench.post("/v1/customers", "email=ada@example.com&payment_method=pm_card_visa").id
        let method = bench.get("/v1/customers/\(customer)/payment_methods").ids.first ?? ""
        let subscription = bench.post(
            "/v1/subscriptions",
            "customer=\(customer)&items[0][price]=\(price(bench, 900, monthly: true))"
                + "&default_payment_method=\(method)")
        #expect(subscription["status"] == "active")
        return (customer, subscription.id)
    }

    @Test func `a payment link opens a session for each visitor until its limit`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let link = bench.post(
            "/v1/payment_links",
            "line_items[0][price]=\(price(bench, 700))&line_items[0][quantity]=2&metadata[a]=b"
                + "&restrictions[completed_sessions][limit]=1&inactive_message=Sold out"
                + "&after_completion[type]=redirect&after_completion[redirect][url]=https://a.b/{CHECKOUT_SESSION_ID}")
        #expect(link["url"]?.stringValue == "http://127.0.0.1:8787/pages/w/l/\(link.id)")
        #expect(link["active"] == true)
        #expect(ShapeFit.misfits(link.body, .resource("payment_link")) == [])
        let url = link["url"]?.stringValue ?? ""
        let first = browser.get(url + "?client_reference_id=order-1&prefilled_email=ada%40example.com")
        let second = browser.get(url)
        #expect(first.url.contains("/pages/w/c/cs_test_"))
        #expect(first.url != second.url)
        #expect(first.text.contains("ada@example.com"))
        let sessions = bench.get("/v1/checkout/sessions", "payment_link=\(link.id)")
        #expect(sessions.ids.count == 2)
        let opened = sessions["data"]?.arrayValue?.last
        #expect(opened?["client_reference_id"] == "order-1")
        #expect(opened?["metadata"]?["a"] == "b")
        #expect(opened?["amount_total"] == 1_400)
        let paid = browser.post(first.url, Browser.card("4242424242424242"))
        #expect(paid.url == "https://a.b/\(opened?["id"]?.stringValue ?? "")")
        let counted = bench.get("/v1/payment_links/\(link.id)")
        #expect(counted["restrictions"]?["completed_sessions"]?["count"] == 1)
        #expect(counted["active"] == false)
        let late = browser.get(url)
        #expect(late.status == 410)
        #expect(late.text.contains("Sold out"))
        let types = bench.get("/v1/events", "limit=100").body["data"]?.arrayValue?.compactMap {
            $0["type"]?.stringValue
        }
        #expect(types?.contains("payment_link.created") == true)
        #expect(types?.contains("payment_link.updated") == true)
    }

    @Test func `a link may sell subscriptions, change, and say thank you`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let link = bench.post(
            "/v1/payment_links",
            "line_items[0][price]=\(price(bench, 900, monthly: true))&line_items[0][quantity]=1"
                + "&after_completion[type]=hosted_confirmation"
                + "&after_completion[hosted_confirmation][custom_message]=Welcome")
        let line = bench.get("/v1/payment_links/\(link.id)/line_items").ids.first ?? ""
        let changed = bench.post(
            "/v1/payment_links/\(link.id)", "line_items[0][id]=\(line)&line_items[0][quantity]=3&metadata[x]=y")
        #expect(changed["metadata"]?["x"] == "y")
        #expect(bench.post("/v1/payment_links/\(link.id)", "line_items[0][id]=li_none").status == 400)
        let page = browser.get(link["url"]?.stringValue ?? "")
        #expect(page.text.contains("27.00 USD"))
        #expect(browser.post(page.url, Browser.card("4242424242424242")).text.contains("Welcome"))
        let subscription = bench.get("/v1/subscriptions")["data"]?.arrayValue?.first
        #expect(subscription?["items"]?["data"]?.arrayValue?.first?["quantity"] == 3)
        _ = bench.post("/v1/payment_links/\(link.id)", "active=false")
        #expect(browser.get(link["url"]?.stringValue ?? "").status == 410)
        #expect(bench.post("/v1/payment_links", "after_completion[type]=redirect").status == 400)
    }

    @Test func `a customer cancels, keeps and pays in the portal`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let (customer, subscription) = subscriber(bench)
        let other = subscriber(bench).subscription
        let session = bench.post(
            "/v1/billing_portal/sessions", "customer=\(customer)&return_url=https://shop.example/account")
        #expect(ShapeFit.misfits(session.body, .resource("billing_portal.session")) == [])
        let url = session["url"]?.stringValue ?? ""
        let page = browser.get(url)
        for words in ["ada@example.com", subscription, "9.00 USD per month", "https://shop.example/account"] {
            #expect(page.text.contains(words), "\(words)")
        }
        #expect(!page.text.contains(other))
        #expect(browser.post(url, "action=cancel&subscription=\(other)").text.contains("No such subscription"))
        #expect(browser.post(url, "action=cancel&subscription=\(subscription)").text.contains("ends with its period"))
        #expect(bench.get("/v1/subscriptions/\(subscription)")["cancel_at_period_end"] == true)
        #expect(!browser.post(url, "action=renew&subscription=\(subscription)").text.contains("ends with its period"))
        _ = browser.post(url, "action=card&" + Browser.card("5555555555554444"))
        let settings = bench.get("/v1/customers/\(customer)", "expand[]=invoice_settings.default_payment_method")
        #expect(settings["invoice_settings"]?["default_payment_method"]?["card"]?["brand"] == "mastercard")
        #expect(browser.post(url, "action=card&" + Browser.card("4000000000000002")).text.contains("was declined"))
        #expect(browser.post(url, "action=delete").text.contains("not offered"))
    }

    @Test func `a configuration says what the portal offers`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let (customer, subscription) = subscriber(bench)
        let setting = bench.post(
            "/v1/billing_portal/configurations",
            "features[subscription_cancel][enabled]=true&features[subscription_cancel][mode]=immediately"
                + "&features[payment_method_update][enabled]=false&default_return_url=https://a.b/back")
        #expect(ShapeFit.misfits(setting.body, .resource("billing_portal.configuration")) == [])
        let session = bench.post(
            "/v1/billing_portal/sessions",
            "customer=\(customer)&configuration=\(setting.id)&flow_data[type]=subscription_cancel"
                + "&flow_data[subscription_cancel][subscription]=\(subscription)"
                + "&flow_data[after_completion][type]=redirect"
                + "&flow_data[after_completion][redirect][return_url]=https://a.b/done")
        #expect(session["return_url"] == "https://a.b/back")
        #expect(ShapeFit.misfits(session.body, .resource("billing_portal.session")) == [])
        let url = session["url"]?.stringValue ?? ""
        #expect(!browser.get(url).text.contains("cardNumber"))
        #expect(browser.post(url, "action=card&" + Browser.card("4242424242424242")).text.contains("not offered"))
        #expect(browser.post(url, "action=cancel&subscription=\(subscription)").url == "https://a.b/done")
        #expect(bench.get("/v1/subscriptions/\(subscription)")["status"] == "canceled")
        _ = bench.post("/v1/billing_portal/configurations/\(setting.id)", "active=false")
        #expect(
            bench.post("/v1/billing_portal/sessions", "customer=\(customer)&configuration=\(setting.id)").param
                == "configuration")
        #expect(bench.post("/v1/billing_portal/sessions", "customer=cus_none").param == "customer")
        #expect(
            bench.post("/v1/billing_portal/sessions", "customer=\(customer)&return_url=ftp://a").code == "url_invalid")
    }

    @Test func `an invoice is paid on its page, a challenge included`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        for (number, isAsked) in [("4242424242424242", false), ("4000002760003184", true)] {
            let customer = bench.post("/v1/customers", "email=ada@example.com").id
            _ = bench.post("/v1/invoiceitems", "customer=\(customer)&amount=2500&currency=usd&description=Work")
            let draft = bench.post(
                "/v1/invoices",
                "customer=\(customer)&pending_invoice_items_behavior=include&collection_method=send_invoice"
                    + "&days_until_due=30")
            let invoice = bench.post("/v1/invoices/\(draft.id)/finalize")
            let url = invoice["hosted_invoice_url"]?.stringValue ?? ""
            #expect(url == "http://127.0.0.1:8787/pages/w/i/\(draft.id)")
            #expect(browser.get(url).text.contains("25.00 USD"))
            let pdf = browser.get(invoice["invoice_pdf"]?.stringValue ?? "")
            #expect(pdf.header("Content-Type") == "application/pdf")
            #expect(browser.post(url, Browser.card("4000000000000002")).text.contains("Your card was declined."))
            var page = browser.post(url, Browser.card(number))
            if isAsked { page = browser.post(page.url, "outcome=complete") }
            #expect(page.url == url)
            #expect(page.text.contains("This invoice is paid."))
            #expect(bench.get("/v1/invoices/\(draft.id)")["status"] == "paid")
        }
        let charges = bench.get("/v1/charges")["data"]?.arrayValue ?? []
        let receipt = charges.first?["receipt_url"]?.stringValue ?? ""
        #expect(browser.get(receipt).text.contains("25.00 USD"))
    }

    @Test func `subscribing with a card that wants its holder`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let form =
            "mode=subscription&success_url=https://a.b/ok&line_items[0][quantity]=1"
            + "&line_items[0][price]=\(price(bench, 900, monthly: true))"
        for (number, works) in [("4000002760003184", true), ("4000002500003155", true), ("4000008260003178", false)] {
            let session = bench.post("/v1/checkout/sessions", form)
            let url = session["url"]?.stringValue ?? ""
            let asked = browser.post(url, Browser.card(number))
            #expect(asked.url.contains("/3ds/seti_"))
            let failed = browser.post(asked.url, "outcome=fail")
            #expect(failed.url == url, "\(failed.url)")
            let again = browser.post(url, Browser.card(number))
            let done = browser.post(again.url, "outcome=complete")
            let after = bench.get("/v1/checkout/sessions/\(session.id)", "expand[]=subscription")
            guard works else {
                #expect(done.text.contains("insufficient funds"))
                #expect(after["status"] == "open")
                continue
            }
            #expect(done.url == "https://a.b/ok")
            #expect(after["subscription"]?["status"] == "active")
            #expect(after["payment_status"] == "paid")
        }
        #expect(bench.get("/v1/subscriptions").ids.count == 2)
    }
}
