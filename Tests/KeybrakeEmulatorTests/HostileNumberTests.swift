import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Numbers near the end of 64 bits are refused or bounded; none of them stops the emulator.
@Suite struct HostileNumberTests {
    private static let max = "9223372036854775807"

    @Test(arguments: [
        ("/v1/topups", "amount=\(max)&currency=usd", "amount"),
        ("/v1/customers", "balance=\(max)", "balance"),
        ("/v1/customers", "balance=-\(max)", "balance"),
        ("/v1/customers", "next_invoice_sequence=\(max)", "next_invoice_sequence"),
        ("/v1/invoiceitems", "customer=cus_test_fixture&amount=\(max)&currency=usd", "amount"),
        ("/v1/invoiceitems", "customer=cus_test_fixture&amount=1&currency=usd&quantity=\(max)", "quantity"),
        ("/v1/invoices", "customer=cus_test_fixture&days_until_due=\(max)", "days_until_due"),
        ("/v1/prices", "product_data[name]=A&currency=usd&unit_amount=\(max)", "unit_amount"),
        (
            "/v1/prices",
            "product_data[name]=A&currency=usd&unit_amount=1&recurring[interval]=month"
                + "&recurring[interval_count]=\(max)",
            "recurring[interval_count]"
        ),
        ("/v1/charges", "amount=\(max)&currency=usd&source=tok_visa", "amount"),
        ("/v1/payouts", "amount=-\(max)&currency=usd", "amount"),
    ])
    func `a number out of range is named`(path: String, form: String, param: String) {
        let refused = Bench().post(path, form)
        #expect(refused.status == 400)
        #expect(refused.param == param)
    }

    @Test func `a dear subscription is refused by the charge, not by the arithmetic`() {
        let bench = Bench()
        let price = bench.post(
            "/v1/prices",
            "currency=usd&unit_amount=999999999999&recurring[interval]=day&product_data[name]=A"
        ).id
        let made = bench.post(
            "/v1/subscriptions", "customer=cus_test_fixture&items[0][price]=\(price)&items[0][quantity]=999999999")
        #expect(made["status"] == "incomplete")
        #expect(
            bench.post(
                "/v1/subscriptions", "customer=cus_test_fixture&items[0][price]=\(price)&trial_period_days=\(Self.max)"
            )
            .param == "trial_period_days")
        let seed = #"{"object":"charge","id":"ch_1","amount":9223372036854775807}"#
        #expect(throws: EmulatorHost.Failure.self) {
            try bench.host.seed(world: "w", lines: Array(seed.utf8), atUnixSeconds: bench.now)
        }
    }

    @Test(arguments: [
        ("billing_cycle_anchor", "billing_cycle_anchor"), ("trial_end", "trial_end"), ("cancel_at", "cancel_at"),
        ("backdate_start_date", "backdate_start_date"), ("items[0][quantity]", "items[0][quantity]"),
        ("billing_cycle_anchor_config[day_of_month]", "billing_cycle_anchor_config[day_of_month]"),
        ("add_invoice_items[0][quantity]", "add_invoice_items[0][quantity]"),
    ])
    func `a subscription names its number out of range`(name: String, param: String) {
        let shop = SubscriptionShop()
        for number in [Self.max, "-\(Self.max)"] {
            let refused = shop.subscribe(shop.price(5), "\(name)=\(number)")
            #expect(refused.status == 400)
            #expect(refused.param == param)
        }
    }

    @Test(arguments: [
        "trial_end", "cancel_at", "proration_date", "pause_collection[behavior]=void&pause_collection[resumes_at]",
    ])
    func `so does a change of one`(name: String) {
        let shop = SubscriptionShop()
        let made = shop.subscribe(shop.price(5)).id
        #expect(shop.update(made, "\(name)=\(Self.max)").status == 400)
        #expect(shop.status(made) == "active")
    }

    @Test(arguments: [
        "[end_date]", "[trial_end]", "[duration][interval]=day&phases[0][duration][interval_count]",
        "[invoice_settings][days_until_due]", "[start_date]",
    ])
    func `so does a phase`(name: String) {
        let shop = SubscriptionShop()
        let gold = shop.price(5)
        let made = shop.bench.post(
            "/v1/subscription_schedules", "customer=cus_test_fixture&phases[0][items][0][price]=\(gold)")
        let refused = shop.bench.post(
            "/v1/subscription_schedules/\(made.id)", "phases[0][items][0][price]=\(gold)&phases[0]\(name)=\(Self.max)")
        #expect(refused.status == 400)
    }

    @Test func `a seeded subscription may name any time`() throws {
        let shop = SubscriptionShop()
        let made = shop.subscribe(shop.price(5))
        var far = made.body.objectValue ?? [:]
        far.set("billing_cycle_anchor", -AmountLimits.objectMax)
        var item = shop.item(made).objectValue ?? [:]
        item.set("current_period_end", AmountLimits.objectMax)
        far["items"] = ["object": "list", "data": [.object(item)], "has_more": false, "url": "/"]
        _ = try shop.bench.host.seed(world: "w", lines: far.bytes, atUnixSeconds: shop.bench.now)
        let changed = shop.update(made.id, "items[0][id]=\(shop.itemID(made))&items[0][quantity]=2")
        #expect(changed.status == 200)
        #expect(shop.update(made.id, "billing_cycle_anchor=now").status == 200)
    }

    @Test func `every operation survives the largest numbers`() {
        let bench = Bench()
        for operation in Catalogue.shared.operations where operation.verb == .post {
            var call = PlainUse.call(operation)
            var fields = call.form.fields
            for field in operation.parameters.fields where !field.isRequired {
                switch field.type {
                case .integer, .unixTime: fields.append(.init(name: field.name, value: .text(Self.max)))
                default: continue
                }
            }
            call.form = FormMap(
                fields.map { field in
                    guard Int64(field.value.text ?? "") != nil else { return field }
                    return .init(name: field.name, value: .text(Self.max))
                })
            let answer = bench.host.handle(call, world: "w", atUnixSeconds: bench.now)
            #expect(!answer.body.isEmpty || answer.status == 200, "\(operation.name)")
        }
    }
}
