import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct CheckoutTermsTests {
    private static let item =
        "line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=1000"
        + "&line_items[0][price_data][product_data][name]=Tea&line_items[0][quantity]=2"
    private static let start = "mode=payment&success_url=https://a.b/ok&\(item)"

    private func open(_ bench: Bench, _ more: String) -> Bench.Answer {
        let session = bench.post("/v1/checkout/sessions", Self.start + more)
        #expect(session.status == 200, "\(session.message ?? "")")
        return session
    }

    private func url(_ session: Bench.Answer) -> String { session["url"]?.stringValue ?? "" }

    @Test func `discounts, taxes and shipping add up, and what is paid is the total`() {
        let bench = Bench()
        let coupon = bench.post("/v1/coupons", "percent_off=10&duration=once&max_redemptions=1").id
        let rate = bench.post("/v1/tax_rates", "display_name=VAT&inclusive=false&percentage=20").id
        let session = open(
            bench,
            "&discounts[0][coupon]=\(coupon)&line_items[0][tax_rates][0]=\(rate)"
                + "&shipping_options[0][shipping_rate_data][display_name]=Post"
                + "&shipping_options[0][shipping_rate_data][type]=fixed_amount"
                + "&shipping_options[0][shipping_rate_data][fixed_amount][amount]=500"
                + "&shipping_options[0][shipping_rate_data][fixed_amount][currency]=usd")
        #expect(session["amount_subtotal"] == 2_000)
        #expect(session["total_details"]?["amount_discount"] == 200)
        #expect(session["total_details"]?["amount_tax"] == 360)
        #expect(session["total_details"]?["amount_shipping"] == 500)
        #expect(session["amount_total"] == 2_660)
        #expect(ShapeFit.misfits(session.body, .resource("checkout.session")) == [])
        let line = bench.get("/v1/checkout/sessions/\(session.id)/line_items")["data"]?.arrayValue?.first
        #expect(line?["amount_discount"] == 200)
        #expect(line?["amount_total"] == 2_160)
        #expect(Browser(bench: bench).post(url(session), Browser.card("4242424242424242")).url == "https://a.b/ok")
        #expect(bench.get("/v1/charges")["data"]?.arrayValue?.first?["amount"] == 2_660)
        #expect(bench.get("/v1/coupons/\(coupon)")["times_redeemed"] == 1)
        #expect(bench.post("/v1/checkout/sessions", Self.start + "&discounts[0][coupon]=\(coupon)").status == 400)
    }

    @Test func `a promotion code is entered on the page`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let coupon = bench.post("/v1/coupons", "amount_off=500&currency=usd&duration=once").id
        _ = bench.post("/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=\(coupon)&code=SPRING")
        let session = open(bench, "&allow_promotion_codes=true")
        #expect(browser.get(url(session)).text.contains("id=\"promotionCode\""))
        let wrong = browser.post(url(session), "action=promotion&promotionCode=WINTER")
        #expect(wrong.text.contains("This code is invalid."))
        let right = browser.post(url(session), "action=promotion&promotionCode=spring")
        #expect(right.text.contains("-5.00 USD"))
        #expect(right.text.contains("15.00 USD"))
        #expect(browser.post(url(session), Browser.card("4242424242424242")).url == "https://a.b/ok")
        #expect(bench.get("/v1/checkout/sessions/\(session.id)")["amount_total"] == 1_500)
        #expect(bench.get("/v1/coupons/\(coupon)")["times_redeemed"] == 1)
    }

    @Test func `a payer may change quantities within their bounds`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let session = open(
            bench,
            "&line_items[0][adjustable_quantity][enabled]=true&line_items[0][adjustable_quantity][maximum]=5")
        let lines = bench.get("/v1/checkout/sessions/\(session.id)/line_items")
        let line = lines["data"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(browser.get(url(session)).text.contains("id=\"quantity-\(line)\""))
        let over = browser.post(url(session), "action=update&quantity[\(line)]=6")
        #expect(over.text.contains("between 0 and 5"))
        #expect(browser.post(url(session), "action=update&quantity[\(line)]=3").text.contains("30.00 USD"))
        _ = browser.post(url(session), Browser.card("4242424242424242") + "&quantity[\(line)]=4")
        #expect(bench.get("/v1/charges")["data"]?.arrayValue?.first?["amount"] == 4_000)
    }

    @Test func `sellers ask for more, and get it`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let session = open(
            bench,
            "&phone_number_collection[enabled]=true&shipping_address_collection[allowed_countries][0]=DE"
                + "&consent_collection[terms_of_service]=required&custom_fields[0][key]=size"
                + "&custom_fields[0][label][type]=custom&custom_fields[0][label][custom]=Size"
                + "&custom_fields[0][type]=dropdown&custom_fields[0][dropdown][options][0][label]=Large"
                + "&custom_fields[0][dropdown][options][0][value]=l")
        let typed = Browser.card("4242424242424242") + "&phoneNumber=030"
        let address = "&shippingName=Ada&shippingAddressLine1=Weg 1&shippingLocality=Berlin&shippingCountry="
        for (more, words) in [
            ("", "Your shipping address is incomplete."), ("\(address)FR", "We do not ship to FR."),
            ("\(address)DE", "Size is required."), ("\(address)DE&custom-size=xl", "Size is not valid."),
            ("\(address)DE&custom-size=l", "Please accept the terms of service."),
        ] {
            #expect(browser.post(url(session), typed + more).text.contains(words), "\(words)")
        }
        let all = typed + "\(address)DE&custom-size=l&termsOfServiceConsentCheckbox=accepted"
        #expect(browser.post(url(session), all).url == "https://a.b/ok")
        let done = bench.get("/v1/checkout/sessions/\(session.id)", "expand[]=payment_intent")
        #expect(done["custom_fields"]?.arrayValue?.first?["dropdown"]?["value"] == "l")
        #expect(done["consent"]?["terms_of_service"] == "accepted")
        #expect(done["customer_details"]?["phone"] == "030")
        #expect(done["collected_information"]?["shipping_details"]?["address"]?["city"] == "Berlin")
        #expect(done["payment_intent"]?["shipping"]?["name"] == "Ada")
        #expect(
            ShapeFit.misfits(bench.get("/v1/checkout/sessions/\(session.id)").body, .resource("checkout.session"))
                == [])
    }

    @Test func `what does not go together is refused`() {
        let bench = Bench()
        for (form, param) in [
            ("mode=payment&\(Self.item)", "success_url"), ("mode=payment&success_url=https://a.b", "line_items"),
            (Self.start + "&return_url=https://a.b", "return_url"),
            (Self.start + "&ui_mode=embedded_page", "success_url"),
            ("mode=payment&ui_mode=embedded_page&\(Self.item)", "return_url"),
            (Self.start + "&customer=cus_test_fixture&customer_email=a@b.c", "customer"),
            (Self.start + "&customer=cus_none", "customer"),
            (Self.start + "&allow_promotion_codes=true&discounts[0][coupon]=x", "allow_promotion_codes"),
            (Self.start + "&expires_at=\(bench.now + 60)", "expires_at"),
            (Self.start + "&expires_at=\(bench.now + 90_000)", "expires_at"),
            (Self.start + "&subscription_data[trial_period_days]=3", "subscription_data"),
            ("mode=subscription&success_url=https://a.b&\(Self.item)", "line_items"),
            (Self.start + "&line_items[0][price_data][recurring][interval]=month", "line_items[0][price]"),
        ] {
            let refused = bench.post("/v1/checkout/sessions", form)
            #expect(refused.status == 400)
            #expect(refused.param == param, "\(form): \(refused.message ?? "")")
        }
        #expect(bench.get("/v1/checkout/sessions").ids.isEmpty)
    }

    @Test func `embedded pages have a secret and no address`() {
        let bench = Bench()
        let session = bench.post(
            "/v1/checkout/sessions",
            "mode=payment&ui_mode=embedded_page&return_url=https://a.b/{CHECKOUT_SESSION_ID}&\(Self.item)")
        #expect(session["url"] == .null)
        #expect(session["client_secret"]?.stringValue?.hasPrefix("\(session.id)_secret_") == true)
        let done = Browser(bench: bench).post(
            "http://127.0.0.1:8787/pages/w/c/\(session.id)", Browser.card("4242424242424242"))
        #expect(done.url == "https://a.b/\(session.id)")
    }

    @Test func `sessions are found by what they are for`() {
        let bench = Bench()
        let first = open(bench, "&customer=cus_test_fixture")
        let second = open(bench, "&customer_email=ada@example.com")
        _ = Browser(bench: bench).post(url(first), Browser.card("4242424242424242"))
        let intent = bench.get("/v1/checkout/sessions/\(first.id)")["payment_intent"]?.stringValue ?? ""
        #expect(bench.get("/v1/checkout/sessions", "payment_intent=\(intent)").ids == [first.id])
        #expect(bench.get("/v1/checkout/sessions", "customer=cus_test_fixture").ids == [first.id])
        #expect(bench.get("/v1/checkout/sessions", "status=open").ids == [second.id])
        #expect(
            bench.get("/v1/checkout/sessions", "customer_details[email]=ada@example.com").ids == [second.id])
    }

    @Test func `a trial costs nothing on the day`() {
        var bench = Bench()
        let session = bench.post(
            "/v1/checkout/sessions",
            "mode=subscription&success_url=https://a.b/ok&subscription_data[trial_period_days]=14&\(Self.item)"
                + "&line_items[0][price_data][recurring][interval]=month")
        #expect(session["amount_total"] == 0)
        #expect(session["payment_status"] == "no_payment_required")
        _ = Browser(bench: bench).post(url(session), Browser.card("4242424242424242"))
        let done = bench.get("/v1/checkout/sessions/\(session.id)", "expand[]=subscription")
        #expect(done["subscription"]?["status"] == "trialing")
        #expect(done["payment_status"] == "no_payment_required")
        bench.now += 15 * CivilTime.secondsPerDay
        let subscription = done["subscription"]?["id"]?.stringValue ?? ""
        #expect(bench.get("/v1/subscriptions/\(subscription)")["status"] == "active")
        #expect(bench.get("/v1/charges")["data"]?.arrayValue?.first?["amount"] == 2_000)
    }

    @Test func `what costs nothing asks for no card`() {
        let bench = Bench()
        let browser = Browser(bench: bench)
        let coupon = bench.post("/v1/coupons", "percent_off=100&duration=once").id
        let free = open(bench, "&discounts[0][coupon]=\(coupon)")
        #expect(free["payment_status"] == "no_payment_required")
        let trial = bench.post(
            "/v1/checkout/sessions",
            "mode=subscription&success_url=https://a.b/ok&subscription_data[trial_period_days]=14&\(Self.item)"
                + "&line_items[0][price_data][recurring][interval]=month&payment_method_collection=if_required")
        for session in [free, trial] {
            #expect(!browser.get(url(session)).text.contains("cardNumber"))
            #expect(browser.post(url(session), "email=ada@example.com").url == "https://a.b/ok")
            let done = bench.get("/v1/checkout/sessions/\(session.id)", "expand[]=subscription")
            #expect(done["status"] == "complete")
            #expect(done["payment_status"] == "no_payment_required")
            if session.id == trial.id { #expect(done["subscription"]?["status"] == "trialing") }
        }
        #expect(bench.get("/v1/charges").ids.isEmpty)
        #expect(bench.get("/v1/payment_intents").ids.isEmpty)
    }
}
