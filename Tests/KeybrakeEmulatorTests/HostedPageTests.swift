import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct HostedPageTests {
    private static let session =
        "mode=payment&success_url=https://shop.example/ok?s={CHECKOUT_SESSION_ID}&cancel_url=https://shop.example/no"
        + "&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=700"
        + "&line_items[0][price_data][product_data][name]=Tea&line_items[0][quantity]=3"

    private func open(_ bench: Bench, _ more: String = "") -> (id: String, url: String) {
        let session = bench.post("/v1/checkout/sessions", Self.session + more)
        return (session.id, session["url"]?.stringValue ?? "")
    }

    @Test func `a test card pays a Checkout page`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let (id, url) = open(bench)
        #expect(url == "http://127.0.0.1:8787/pages/w/c/\(id)")
        let page = browser.get(url)
        #expect(page.status == 200)
        for words in ["Tea", "21.00 USD", "for=\"cardNumber\"", "id=\"cardNumber\"", "https://shop.example/no"] {
            #expect(page.text.contains(words), "\(words)")
        }
        let done = browser.post(url, Browser.card("4242 4242 4242 4242"))
        #expect(done.url == "https://shop.example/ok?s=\(id)")
        let session = bench.get("/v1/checkout/sessions/\(id)", "expand[]=line_items&expand[]=payment_intent")
        #expect(session["status"] == "complete")
        #expect(session["payment_status"] == "paid")
        #expect(session["url"] == .null)
        #expect(session["payment_intent"]?["status"] == "succeeded")
        #expect(session["payment_intent"]?["amount_received"] == 2_100)
        #expect(session["customer_details"]?["email"] == "ada@example.com")
        #expect(session["line_items"]?["data"]?.arrayValue?.count == 1)
        #expect(ShapeFit.misfits(bench.get("/v1/checkout/sessions/\(id)").body, .resource("checkout.session")) == [])
        let types = bench.get("/v1/events").body["data"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
        #expect(types?.first == "checkout.session.completed")
        #expect(browser.get(url).status == 410)
        #expect(browser.post(url, Browser.card("4242424242424242")).status == 410)
        #expect(bench.get("/v1/charges").ids.count == 1)
    }

    @Test func `a decline is shown, and another card can be tried`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let (id, url) = open(bench)
        let refused = browser.post(url, Browser.card("4000000000009995"))
        #expect(refused.status == 200)
        #expect(refused.text.contains("Your card has insufficient funds."))
        #expect(refused.text.contains("id=\"error\""))
        #expect(browser.post(url, Browser.card("4242424242424241")).text.contains("Your card number is incorrect."))
        #expect(browser.post(url, "email=a@b.c").text.contains("Your card number is incomplete."))
        #expect(bench.get("/v1/checkout/sessions/\(id)")["status"] == "open")
        #expect(browser.post(url, Browser.card("5555555555554444")).url.hasPrefix("https://shop.example/ok"))
        #expect(bench.get("/v1/payment_intents").ids.count == 1)
        #expect(bench.get("/v1/charges").ids.count == 2)
    }

    @Test func `a card that wants its holder leads through the challenge`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let (id, url) = open(bench)
        let asked = browser.post(url, Browser.card("4000002760003184"))
        #expect(asked.url.contains("/pages/w/3ds/pi_"))
        #expect(asked.text.contains("Complete authentication"))
        // A browser follows the redirects after a form only to where the policy allows.
        let policy = asked.header("Content-Security-Policy")
        #expect(policy.contains("form-action 'self' http://127.0.0.1:8787 https://shop.example"))
        let failed = browser.post(asked.url, "outcome=fail")
        #expect(failed.url == url)
        #expect(failed.text.contains("failed authentication"))
        let again = browser.post(url, Browser.card("4000002760003184"))
        #expect(browser.post(again.url, "outcome=complete").url == "https://shop.example/ok?s=\(id)")
        #expect(bench.get("/v1/checkout/sessions/\(id)")["payment_status"] == "paid")
        #expect(browser.get(again.url).status == 410)
    }

    @Test func `the challenge of an intent returns with what became of it`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        for (outcome, word) in [("complete", "succeeded"), ("fail", "failed")] {
            let asked = bench.post(
                "/v1/payment_intents",
                "amount=1000&currency=usd&payment_method=pm_card_authenticationRequired&confirm=true"
                    + "&return_url=https://example.com/back?a=b%23x")
            let url = asked["next_action"]?["redirect_to_url"]?["url"]?.stringValue ?? ""
            let secret = asked["client_secret"]?.stringValue ?? ""
            #expect(
                browser.post(url, "outcome=\(outcome)").url
                    == "https://example.com/back?a=b&payment_intent=\(asked.id)&payment_intent_client_secret=\(secret)"
                    + "&redirect_status=\(word)#x")
        }
        let set = bench.post(
            "/v1/setup_intents",
            "payment_method=pm_card_authenticationRequired&confirm=true&return_url=http://localhost:3000/")
        let url = set["next_action"]?["redirect_to_url"]?["url"]?.stringValue ?? ""
        #expect(browser.post(url, "outcome=complete").url.contains("setup_intent=\(set.id)"))
        #expect(bench.get("/v1/setup_intents/\(set.id)")["status"] == "succeeded")
    }

    @Test func `a payer at a bank agrees or does not`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let (id, url) = open(bench, "&payment_method_types[0]=card&payment_method_types[1]=klarna")
        #expect(browser.get(url).text.contains("id=\"payment-method-klarna\""))
        let bank = browser.post(url, "payment_method_type=klarna&email=a@b.c")
        #expect(bank.text.contains("Authorise test payment"))
        #expect(browser.post(bank.url, "outcome=complete").url == "https://shop.example/ok?s=\(id)")
        #expect(browser.post(url, "payment_method_type=ideal&email=a@b.c").status == 410)
    }

    @Test func `a debit is unpaid until the bank has answered`() {
        var bench = Bench()
        let more = Self.session.split(separator: "usd").joined(separator: "eur") + "&payment_method_types[0]=sepa_debit"
        for (iban, status, event) in [
            ("DE89370400440532013000", "paid", "succeeded"), ("DE62370400440532013001", "unpaid", "failed"),
        ] {
            let session = bench.post("/v1/checkout/sessions", more)
            let page = session["url"]?.stringValue ?? ""
            _ = Browser(bench: bench).post(
                page, "payment_method_type=sepa_debit&email=a@b.c&billingName=Ada&iban=\(iban)")
            let done = bench.get("/v1/checkout/sessions/\(session.id)")
            #expect(done["status"] == "complete")
            #expect(done["payment_status"] == "unpaid")
            bench.now += 14 * CivilTime.secondsPerDay
            #expect(bench.get("/v1/checkout/sessions/\(session.id)")["payment_status"]?.stringValue == status)
            let events = bench.get("/v1/events", "type=checkout.session.async_payment_\(event)")
            #expect(events["data"]?.arrayValue?.first?["data"]?["object"]?["id"]?.stringValue == session.id)
        }
    }

    @Test func `saving a card, and subscribing`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let saving = bench.post(
            "/v1/checkout/sessions", "mode=setup&currency=usd&customer=cus_test_fixture&success_url=https://a.b/ok")
        #expect(
            browser.post(saving["url"]?.stringValue ?? "", Browser.card("4242424242424242")).url == "https://a.b/ok")
        let saved = bench.get("/v1/checkout/sessions/\(saving.id)", "expand[]=setup_intent")
        #expect(saved["setup_intent"]?["status"] == "succeeded")
        #expect(bench.get("/v1/customers/cus_test_fixture/payment_methods").ids.count == 1)
        let form =
            "mode=subscription&success_url=https://a.b/ok&line_items[0][price_data][currency]=usd"
            + "&line_items[0][price_data][unit_amount]=900&line_items[0][price_data][recurring][interval]=month"
            + "&line_items[0][price_data][product_data][name]=Box&line_items[0][quantity]=1"
        let joining = bench.post("/v1/checkout/sessions", form)
        let url = joining["url"]?.stringValue ?? ""
        #expect(browser.post(url, Browser.card("4000000000000002")).text.contains("Your card was declined."))
        #expect(bench.get("/v1/subscriptions").ids.isEmpty)
        #expect(browser.post(url, Browser.card("4242424242424242")).url == "https://a.b/ok")
        let joined = bench.get("/v1/checkout/sessions/\(joining.id)", "expand[]=subscription&expand[]=invoice")
        #expect(joined["subscription"]?["status"] == "active")
        #expect(joined["invoice"]?["status"] == "paid")
        #expect(joined["payment_status"] == "paid")
        #expect(bench.get("/v1/customers/\(joined["customer"]?.stringValue ?? "")")["email"] == "ada@example.com")
    }

    @Test func `hostile text is shown as text, and hostile addresses are refused`() {
        let bench = Bench()
        let made = bench.post(
            "/v1/checkout/sessions",
            "mode=payment&success_url=https://a.b&line_items[0][price_data][currency]=usd"
                + "&line_items[0][price_data][unit_amount]=700"
                + "&line_items[0][price_data][product_data][name]=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        let page = Browser(bench: bench).get(made["url"]?.stringValue ?? "")
        #expect(!page.text.contains("<script"))
        #expect(page.text.contains("&quot;&gt;&lt;script&gt;"))
        let policy = page.header("Content-Security-Policy")
        #expect(policy.contains("default-src 'none'"))
        #expect(policy.contains("style-src 'sha256-"))
        let typed = Browser(bench: bench).post(made["url"]?.stringValue ?? "", "email=%22%3E%3Cb%3E")
        #expect(!typed.text.contains("\"><b>"))
        for url in ["javascript:alert(1)", "//evil.example", "data:text/html,x", "https://"] {
            let refused = bench.post(
                "/v1/checkout/sessions",
                "mode=setup&currency=usd&success_url=" + URLText.escaped(url))
            #expect(refused.code == "url_invalid", "\(url)")
        }
        let intent = bench.post(
            "/v1/payment_intents",
            "amount=1000&currency=usd&payment_method=pm_card_authenticationRequired&confirm=true"
                + "&return_url=javascript:alert(1)")
        let challenge = intent["next_action"]?["redirect_to_url"]?["url"]?.stringValue ?? ""
        #expect(Browser(bench: bench).post(challenge, "outcome=complete").status == 404)
    }

    @Test func `pages belong to their world and account, and make none`() {
        var bench = Bench()
        let (_, url) = open(bench)
        let elsewhere = url.split(separator: "/pages/w/").joined(separator: "/pages/v/")
        #expect(Browser(bench: bench).get(elsewhere).status == 404)
        #expect(bench.host.worlds() == ["w"])
        bench.account = "acct_1Connected"
        let (_, own) = open(bench)
        #expect(own.contains("/pages/w/acct_1Connected/c/cs_test_"))
        #expect(Browser(bench: bench).get(own).status == 200)
        #expect(Browser(bench: bench).get(own.split(separator: "/acct_1Connected").joined()).status == 404)
        for target in ["", "/", "/w", "/w/c", "/w/%zz/x", "/w/c/x/y/z", "/w/x/y", "/w/3ds/pi_x", "/w/acct_9/c/x"] {
            #expect(bench.host.page(.get, target: target, atUnixSeconds: bench.now).status == 404, "\(target)")
        }
        bench.account = nil
        bench.world = "a b/c"
        let (_, odd) = open(bench)
        #expect(odd.contains("/pages/a%20b%2Fc/c/"))
        #expect(Browser(bench: bench).get(odd).status == 200)
    }

    @Test func `a fork's pages are its own`() throws {
        var bench = Bench()
        _ = open(bench)
        try bench.host.fork(world: "w", into: "v")
        bench.world = "v"
        #expect(open(bench).url.contains("/pages/v/c/"))
    }
}
