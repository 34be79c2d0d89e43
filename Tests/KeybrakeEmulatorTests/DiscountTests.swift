import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct DiscountTests {
    private static let day = CivilTime.secondsPerDay
    private static let customer = "cus_test_fixture"

    private func coupon(_ bench: Bench, _ rest: String) -> String {
        bench.post("/v1/coupons", rest).id
    }

    private func item(_ bench: Bench, _ amount: Int, _ rest: String = "") -> Bench.Answer {
        bench.post("/v1/invoiceitems", "customer=\(Self.customer)&amount=\(amount)&currency=usd&\(rest)")
    }

    private func invoice(_ bench: Bench, _ rest: String = "") -> Bench.Answer {
        bench.post("/v1/invoices", "customer=\(Self.customer)&pending_invoice_items_behavior=include&\(rest)")
    }

    private func subscribe(_ bench: Bench, _ rest: String = "", amount: Int = 1_000) -> Bench.Answer {
        let price = bench.post(
            "/v1/prices", "currency=usd&unit_amount=\(amount)&recurring[interval]=month&product_data[name]=Plan"
        ).id
        return bench.post(
            "/v1/subscriptions",
            "customer=\(Self.customer)&items[0][price]=\(price)&expand[]=latest_invoice&\(rest)")
    }

    @Test func `a coupon is one kind of reduction for one kind of time`() {
        let bench = Bench()
        let made = bench.post("/v1/coupons", "percent_off=12.50&duration=repeating&duration_in_months=3&name=Spring")
        #expect(made["percent_off"] == .numeral("12.5"))
        #expect(made["valid"] == true)
        #expect(made["times_redeemed"] == 0)
        #expect(ShapeFit.misfits(made.body, .resource("coupon")) == [])
        let named = bench.post("/v1/coupons", "id=TEN&amount_off=1000&currency=USD")
        #expect(named["duration"] == "once")
        #expect(named["currency"] == "usd")
        #expect(bench.post("/v1/coupons", "id=TEN&percent_off=5").code == "resource_already_exists")
        for (form, param) in [
            ("duration=once", "percent_off"), ("percent_off=5&amount_off=5&currency=usd", "amount_off"),
            ("amount_off=5", "currency"), ("percent_off=101", "percent_off"), ("percent_off=0", "percent_off"),
            ("percent_off=5&duration=repeating", "duration_in_months"),
            ("percent_off=5&duration=once&duration_in_months=2", "duration_in_months"),
            ("percent_off=5&redeem_by=1", "redeem_by"), ("amount_off=0&currency=usd", "amount_off"),
            ("percent_off=5&max_redemptions=0", "max_redemptions"),
            ("percent_off=5&applies_to[products][]=prod_none", "applies_to[products][0]"),
        ] {
            let refused = bench.post("/v1/coupons", form)
            #expect(refused.status == 400, "\(form)")
            #expect(refused.param == param, "\(form)")
        }
        #expect(bench.post("/v1/coupons/TEN", "name=Ten&metadata[a]=b")["name"] == "Ten")
        #expect(bench.post("/v1/coupons/TEN", "percent_off=5").code == "parameter_unknown")
        #expect(bench.delete("/v1/coupons/TEN")["deleted"] == true)
        #expect(bench.get("/v1/coupons/TEN").status == 404)
        #expect(bench.get("/v1/coupons").ids == [made.id])
        let types = bench.get("/v1/events", "type=coupon.*").ids.count
        #expect(types >= 4)
    }

    @Test func `coupons run out`() {
        var bench = Bench()
        let twice = coupon(bench, "percent_off=10&max_redemptions=2")
        for expected in [1, 2] {
            _ = item(bench, 1_000)
            #expect(invoice(bench, "discounts[0][coupon]=\(twice)")["total"] == 900)
            #expect(bench.get("/v1/coupons/\(twice)")["times_redeemed"] == .integer(Int64(expected)))
        }
        let refused = invoice(bench, "discounts[0][coupon]=\(twice)")
        #expect(refused.code == "coupon_expired")
        #expect(refused.param == "discounts[0][coupon]")
        #expect(bench.get("/v1/coupons/\(twice)")["valid"] == false)
        let soon = coupon(bench, "percent_off=10&redeem_by=\(bench.now + 100)")
        bench.now += 100
        #expect(bench.get("/v1/coupons/\(soon)")["valid"] == false)
        #expect(invoice(bench, "discounts[0][coupon]=nope").param == "discounts[0][coupon]")
        #expect(invoice(bench, "discounts[0][coupon]=a&discounts[0][promotion_code]=b").status == 400)
    }

    @Test func `an invoice shows what each discount took`() {
        let bench = Bench()
        let own = coupon(bench, "amount_off=100&currency=usd")
        let whole = coupon(bench, "percent_off=25&duration=forever")
        let first = item(bench, 1_100, "discounts[0][coupon]=\(own)")
        #expect(ShapeFit.misfits(first.body, .resource("invoiceitem")) == [])
        _ = item(bench, 1_000)
        let made = invoice(bench, "discounts[0][coupon]=\(whole)")
        #expect(ShapeFit.misfits(made.body, .resource("invoice")) == [])
        #expect(made["subtotal"] == 2_000)
        #expect(made["total"] == 1_500)
        let discount = made["discounts"]?.arrayValue?.first?.stringValue ?? ""
        #expect(
            made["total_discount_amounts"]?.arrayValue?.last == ["amount": 500, "discount": .string(discount)])
        let lines = made["lines"]?["data"]?.arrayValue ?? []
        #expect(
            lines.map { $0["discount_amounts"]?.arrayValue?.compactMap { $0["amount"]?.integerValue } ?? [] }
                == [[100, 250], [250]])
        let expanded = bench.get("/v1/invoices/\(made.id)", "expand[]=discounts.source.coupon")
        #expect(expanded["discounts"]?.arrayValue?.first?["source"]?["coupon"]?["percent_off"] == 25)
        #expect(expanded["discounts"]?.arrayValue?.first?["invoice"] == .string(made.id))
        _ = bench.delete("/v1/coupons/\(whole)")
        _ = item(bench, 1_000, "invoice=\(made.id)")
        #expect(bench.get("/v1/invoices/\(made.id)")["total"] == 2_250)
    }

    @Test func `promotion codes are unique while they are active, and choose their customers`() {
        var bench = Bench()
        let percent = coupon(bench, "percent_off=50&duration=forever")
        let made = bench.post(
            "/v1/promotion_codes",
            "promotion[type]=coupon&promotion[coupon]=\(percent)&code=HALF&max_redemptions=1")
        #expect(ShapeFit.misfits(made.body, .resource("promotion_code")) == [])
        let again = "promotion[type]=coupon&promotion[coupon]=\(percent)&code=half"
        #expect(bench.post("/v1/promotion_codes", again).code == "resource_already_exists")
        #expect(bench.post("/v1/promotion_codes", again + "&active=false").status == 200)
        #expect(bench.post("/v1/promotion_codes", again + "!").param == "code")
        #expect(bench.get("/v1/promotion_codes", "code=Half&active=true").ids == [made.id])
        #expect(bench.get("/v1/promotion_codes", "coupon=\(percent)").ids.count == 2)
        #expect(bench.get("/v1/promotion_codes", "coupon=x").ids.isEmpty)
        _ = item(bench, 1_000)
        #expect(invoice(bench, "discounts[0][promotion_code]=\(made.id)")["total"] == 500)
        #expect(bench.get("/v1/promotion_codes/\(made.id)")["active"] == false)
        let worn = invoice(bench, "discounts[0][promotion_code]=\(made.id)")
        #expect(worn.message?.contains("maximum number of times") == true)
        #expect(bench.post("/v1/promotion_codes/\(made.id)", "active=true").param == "active")
        let other = bench.post("/v1/customers").id
        let fresh = "promotion[type]=coupon&promotion[coupon]=\(percent)&"
        let theirs = bench.post("/v1/promotion_codes", fresh + "customer=\(other)").id
        #expect(invoice(bench, "discounts[0][promotion_code]=\(theirs)").status == 400)
        let first = bench.post("/v1/promotion_codes", fresh + "restrictions[first_time_transaction]=true").id
        _ = bench.post("/v1/charges", "amount=500&currency=usd&customer=\(Self.customer)")
        #expect(
            invoice(bench, "discounts[0][promotion_code]=\(first)").message?.contains("prior transactions") == true)
        let brief = bench.post("/v1/promotion_codes", fresh + "expires_at=\(bench.now + 50)").id
        bench.now += 50
        #expect(bench.get("/v1/promotion_codes/\(brief)")["active"] == false)
        #expect(
            bench.post("/v1/promotion_codes", fresh + "restrictions[minimum_amount]=50").param
                == "restrictions[minimum_amount_currency]")
    }

    @Test func `a subscription's discount lasts as long as its coupon says`() {
        var bench = Bench()
        let once = coupon(bench, "percent_off=50&duration=once")
        let single = subscribe(bench, "discounts[0][coupon]=\(once)")
        #expect(single["latest_invoice"]?["amount_paid"] == 500)
        #expect(bench.get("/v1/subscriptions/\(single.id)")["discounts"] == [])
        let repeating = coupon(bench, "percent_off=50&duration=repeating&duration_in_months=2")
        let double = subscribe(bench, "discounts[0][coupon]=\(repeating)")
        #expect(bench.get("/v1/events", "type=customer.discount.created").ids.count == 2)
        bench.now += 70 * Self.day
        #expect(bench.get("/v1/events", "type=customer.discount.deleted").ids.count == 1)
        bench.now += 23 * Self.day
        let paid = { (id: String) in
            bench.get("/v1/invoices", "subscription=\(id)")["data"]?.arrayValue?
                .compactMap { $0["amount_paid"]?.integerValue }
        }
        #expect(paid(single.id) == [1_000, 1_000, 1_000, 500])
        #expect(paid(double.id) == [1_000, 1_000, 500, 500])
    }

    @Test func `discounts of subscriptions and customers can be taken away`() {
        var bench = Bench()
        let forever = coupon(bench, "amount_off=300&currency=usd&duration=forever")
        let made = subscribe(bench, "discounts[0][coupon]=\(forever)")
        #expect(made["latest_invoice"]?["total"] == 700)
        let path = "/v1/customers/\(Self.customer)/subscriptions/\(made.id)/discount"
        #expect(bench.get(path)["source"]?["coupon"] == .string(forever))
        let gone = bench.delete("/v1/subscriptions/\(made.id)/discount")
        #expect(gone["deleted"] == true)
        #expect(ShapeFit.misfits(gone.body, .resource("deleted_discount")) == [])
        #expect(bench.delete("/v1/subscriptions/\(made.id)/discount").status == 400)
        #expect(bench.get(path).status == 400)
        bench.now += 31 * Self.day
        #expect(bench.get("/v1/invoices", "limit=1")["data"]?.arrayValue?.first?["total"] == 1_000)
        #expect(bench.get("/v1/customers/\(Self.customer)/discount").status == 400)
    }

    @Test func `items of a subscription have discounts and taxes of their own`() {
        let bench = Bench()
        let half = coupon(bench, "percent_off=50&duration=forever")
        let rate = bench.post("/v1/tax_rates", "display_name=VAT&percentage=20&inclusive=false").id
        let made = subscribe(bench, "items[0][discounts][0][coupon]=\(half)&items[0][tax_rates][]=\(rate)")
        let latest = made["latest_invoice"]
        #expect(latest?["subtotal"] == 500)
        #expect(latest?["total"] == 600)
        #expect(latest?["amount_paid"] == 600)
        #expect(latest?["total_taxes"]?.arrayValue?.first?["taxable_amount"] == 500)
        let plain = subscribe(bench, "default_tax_rates[]=\(rate)")
        #expect(plain["latest_invoice"]?["total"] == 1_200)
        #expect(subscribe(bench, "default_tax_rates[]=txr_none").param == "default_tax_rates[0]")
    }
}
