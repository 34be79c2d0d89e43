import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SubscriptionPaymentTests {
    private typealias Shop = SubscriptionShop

    private func intent(_ invoice: JSONValue?) -> String {
        let payments = invoice?["payments"]?["data"]?.arrayValue
        return payments?.first?["payment"]?["payment_intent"]?.stringValue ?? ""
    }

    @Test func `a customer confirms the first payment on their page`() {
        let shop = Shop()
        let customer = shop.bench.post("/v1/customers").id
        let made = shop.subscribe(
            shop.price(1_000),
            "payment_behavior=default_incomplete&payment_settings[save_default_payment_method]=on_subscription"
                + "&expand[]=latest_invoice.confirmation_secret&expand[]=latest_invoice.payments", customer: customer)
        #expect(made["status"] == "incomplete")
        let invoice = made["latest_invoice"]
        #expect(invoice?["status"] == "open")
        let id = intent(invoice)
        #expect(invoice?["confirmation_secret"]?["client_secret"]?.stringValue?.hasPrefix(id) == true)
        let paid = shop.bench.post("/v1/payment_intents/\(id)/confirm", "payment_method=pm_card_visa")
        #expect(paid["status"] == "succeeded")
        let active = shop.get(made.id, "expand[]=latest_invoice")
        #expect(active["status"] == "active")
        #expect(active["latest_invoice"]?["amount_paid"] == 1_000)
        #expect(active["default_payment_method"] == paid["payment_method"])
        #expect(shop.events("invoice.paid").count == 1)
    }

    @Test func `a card that wants its holder leaves the subscription incomplete`() throws {
        let shop = Shop()
        let method = shop.bench.post(
            "/v1/payment_methods/pm_card_authenticationRequired/attach", "customer=cus_test_fixture"
        ).id
        let made = shop.subscribe(
            shop.price(1_000),
            "default_payment_method=\(method)&payment_behavior=default_incomplete"
                + "&expand[]=latest_invoice.payments")
        let id = intent(made["latest_invoice"])
        let waiting = shop.bench.post("/v1/payment_intents/\(id)/confirm", "payment_method=\(method)")
        #expect(waiting["status"] == "requires_action")
        #expect(shop.status(made.id) == "incomplete")
        #expect(shop.events("invoice.payment_action_required").count == 1)
        try shop.bench.host.authenticate(
            world: "w", paymentIntent: id, passes: true, atUnixSeconds: shop.bench.now)
        #expect(shop.status(made.id) == "active")
    }

    @Test func `a first payment that never comes ends it`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(1_000), "payment_behavior=default_incomplete").id
        shop.bench.now += Subscriptions.incompleteSeconds
        #expect(shop.status(made) == "incomplete_expired")
        #expect(shop.invoices(made).first?["status"] == "void")
        #expect(shop.bench.get("/v1/subscriptions", "status=ended").ids == [made])
        shop.bench.now += 60 * Shop.day
        #expect(shop.invoices(made).count == 1)
    }

    @Test func `a trial asks for the method that it will need`() {
        var shop = Shop()
        let customer = shop.bench.post("/v1/customers").id
        let made = shop.subscribe(
            shop.price(1_000), "trial_period_days=7&payment_behavior=default_incomplete", customer: customer)
        #expect(made["status"] == "trialing")
        let setup = made["pending_setup_intent"]?.stringValue ?? ""
        #expect(setup.hasPrefix("seti_"))
        let done = shop.bench.post("/v1/setup_intents/\(setup)/confirm", "payment_method=pm_card_visa")
        #expect(done["status"] == "succeeded")
        let ready = shop.get(made.id)
        #expect(ready["pending_setup_intent"] == .null)
        #expect(ready["default_payment_method"] == done["payment_method"])
        shop.bench.now += 7 * Shop.day + Invoices.draftSeconds
        #expect(shop.status(made.id) == "active")
        #expect(shop.invoices(made.id).first?["amount_paid"] == 1_000)
    }

    @Test func `a declined renewal is paid by the customer`() {
        var shop = Shop()
        let made = shop.subscribe(shop.price(1_000)).id
        _ = shop.update(made, "default_payment_method=\(shop.badCard())")
        shop.bench.now = Shop.time(2027, 2, 15, 11)
        #expect(shop.status(made) == "past_due")
        #expect(shop.bench.get("/v1/customers/cus_test_fixture")["delinquent"] == true)
        let invoice = shop.invoices(made).first?["id"]?.stringValue ?? ""
        let open = shop.bench.get("/v1/invoices/\(invoice)", "expand[]=payments").body
        let paid = shop.bench.post("/v1/payment_intents/\(intent(open))/confirm", "payment_method=pm_card_visa")
        #expect(paid["status"] == "succeeded")
        #expect(shop.status(made) == "active")
        #expect(shop.bench.get("/v1/customers/cus_test_fixture")["delinquent"] == false)
        #expect(shop.bench.get("/v1/invoices/\(invoice)")["next_payment_attempt"] == .null)
        shop.bench.now += 5 * Shop.day
        #expect(shop.bench.get("/v1/invoices/\(invoice)")["attempt_count"] == 2)
        #expect(shop.bench.get("/v1/charges", "customer=cus_test_fixture").ids.count == 3)
    }

    @Test func `a bank debit pays a subscription days later`() {
        var shop = Shop()
        let customer = shop.bench.post("/v1/customers").id
        let method = shop.bench.post(
            "/v1/payment_methods/pm_usBankAccount_success/attach", "customer=\(customer)"
        ).id
        let made = shop.subscribe(shop.price(1_000), "default_payment_method=\(method)", customer: customer)
        #expect(shop.invoices(made.id).first?["status"] == "open")
        #expect(shop.status(made.id) == "active")
        shop.bench.now += 6 * Shop.day
        #expect(shop.invoices(made.id).first?["status"] == "paid")
        #expect(shop.status(made.id) == "active")
    }

    @Test func `a bank debit that fails days later begins the dunning`() {
        var shop = Shop()
        let customer = shop.bench.post("/v1/customers").id
        let method = shop.bench.post(
            "/v1/payment_methods/pm_usBankAccount_noAccount/attach", "customer=\(customer)"
        ).id
        let made = shop.subscribe(shop.price(1_000), "default_payment_method=\(method)", customer: customer)
        #expect(shop.status(made.id) == "active")
        shop.bench.now += 6 * Shop.day
        #expect(shop.status(made.id) == "past_due")
        #expect(shop.invoices(made.id).first?["next_payment_attempt"]?.integerValue != nil)
        #expect(shop.events("invoice.payment_failed").count == 1)
    }

    @Test func `what a subscription does not say is Stripe's default`() {
        let shop = Shop()
        let made = shop.subscribe(shop.price(1_000))
        #expect(made["billing_mode"]?["type"] == "flexible")
        #expect(made["invoice_settings"]?["issuer"]?["type"] == "self")
        #expect(made["payment_settings"]?["save_default_payment_method"] == "off")
        #expect(made["trial_settings"]?["end_behavior"]?["missing_payment_method"] == "create_invoice")
        #expect(ShapeFit.misfits(made.body, .resource("subscription")) == [])
        let classic = shop.subscribe(shop.price(1_000), "billing_mode[type]=classic")
        #expect(classic["billing_mode"]?["type"] == "classic")
        let moved = shop.bench.post("/v1/subscriptions/\(classic.id)/migrate", "billing_mode[type]=flexible")
        #expect(moved["billing_mode"]?["type"] == "flexible")
        #expect(shop.bench.post("/v1/subscription_items", "subscription=\(made.id)&price=price_none").param == "price")
        let data = "price_data[currency]=usd&price_data[product]=prod_none&price_data[recurring][interval]=month"
        #expect(
            shop.bench.post("/v1/subscription_items", "subscription=\(made.id)&\(data)&price_data[unit_amount]=5").param
                == "price_data[product]")
    }
}
