import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct PlanTests {
    @Test func `a plan is a recurring price, and the other way round`() {
        let bench = Bench()
        let made = bench.post(
            "/v1/plans",
            "id=gold&amount=900&currency=usd&interval=month&product[name]=Gold&trial_period_days=7&metadata[a]=b")
        #expect(made.id == "gold")
        #expect(made["trial_period_days"] == 7)
        #expect(ShapeFit.misfits(made.body, .resource("plan")) == [])
        let price = bench.get("/v1/prices/gold")
        #expect(price["unit_amount"] == 900)
        #expect(price["recurring"]?["interval"] == "month")
        #expect(ShapeFit.misfits(price.body, .resource("price")) == [])
        #expect(bench.post("/v1/plans", "id=gold&amount=9&currency=usd&interval=month&product[name]=G").param == "id")
        let yearly = bench.post(
            "/v1/prices", "currency=usd&unit_amount=9000&recurring[interval]=year&product_data[name]=Y")
        _ = bench.post("/v1/prices", "currency=usd&unit_amount=5&product_data[name]=Once")
        #expect(bench.get("/v1/plans/\(yearly.id)")["interval"] == "year")
        #expect(bench.get("/v1/plans").ids == [yearly.id, "gold"])
        let renamed = bench.post("/v1/plans/gold", "nickname=Best&active=false")
        #expect(renamed["nickname"] == "Best")
        #expect(renamed["trial_period_days"] == 7)
        #expect(bench.get("/v1/prices/gold")["active"] == false)
        #expect(bench.get("/v1/plans", "active=true").ids == [yearly.id])
        #expect(bench.post("/v1/prices/\(yearly.id)", "nickname=Slow")["nickname"] == "Slow")
        #expect(bench.get("/v1/plans/\(yearly.id)")["nickname"] == "Slow")
        #expect(bench.delete("/v1/plans/gold")["deleted"] == true)
        #expect(bench.get("/v1/plans/gold").status == 404)
        #expect(bench.get("/v1/prices", "type=recurring").ids == [yearly.id])
        #expect(bench.get("/v1/events", "type=plan.*").ids.count == 5)
    }

    @Test func `prices are checked before they are made`() {
        let bench = Bench()
        let base = "currency=usd&product_data[name]=A&"
        let tiered = "billing_scheme=tiered&tiers_mode=volume&"
        for (form, param) in [
            ("billing_scheme=tiered&unit_amount=5", "tiers"),
            ("tiers[0][up_to]=inf&tiers[0][unit_amount]=1", "tiers_mode"),
            (tiered + "tiers[0][up_to]=5&tiers[0][unit_amount]=1", "tiers[0][up_to]"),
            (
                tiered + "tiers[0][up_to]=5&tiers[0][unit_amount]=1&tiers[1][up_to]=4&tiers[1][unit_amount]=1"
                    + "&tiers[2][up_to]=inf&tiers[2][unit_amount]=1", "tiers[1][up_to]"
            ),
            (tiered + "tiers[0][up_to]=inf&tiers[0][unit_amount]=-1", "tiers[0][unit_amount]"),
            ("unit_amount=-5", "unit_amount"), ("unit_amount_decimal=-1", "unit_amount_decimal"),
            (
                "unit_amount=5&transform_quantity[divide_by]=0&transform_quantity[round]=up",
                "transform_quantity[divide_by]"
            ),
            ("unit_amount=5&recurring[interval]=month&recurring[meter]=mtr_1", "recurring[meter]"),
        ] {
            let refused = bench.post("/v1/prices", base + form)
            #expect(refused.status == 400, "\(form)")
            #expect(refused.param == param, "\(form)")
        }
        #expect(bench.get("/v1/products").ids.isEmpty)
    }

    @Test func `packages are billed whole`() {
        let bench = Bench()
        let price = { (round: String) in
            bench.post(
                "/v1/prices",
                "currency=usd&unit_amount=700&product_data[name]=A&transform_quantity[divide_by]=10"
                    + "&transform_quantity[round]=\(round)"
            ).id
        }
        let amount = { (id: String) in
            bench.post("/v1/invoiceitems", "customer=cus_test_fixture&pricing[price]=\(id)&quantity=21")["amount"]
        }
        #expect(amount(price("up")) == 2_100)
        #expect(amount(price("down")) == 1_400)
    }

    @Test func `a lookup key names one price at a time`() {
        let bench = Bench()
        let make = { (rest: String) in
            bench.post("/v1/prices", "currency=usd&unit_amount=5&product_data[name]=A&lookup_key=std&\(rest)")
        }
        let first = make("")
        #expect(make("").param == "lookup_key")
        let second = make("transfer_lookup_key=true")
        #expect(second["lookup_key"] == "std")
        #expect(bench.get("/v1/prices/\(first.id)")["lookup_key"] == .null)
        #expect(bench.post("/v1/prices/\(first.id)", "lookup_key=std").param == "lookup_key")
        #expect(bench.get("/v1/prices", "lookup_keys[]=std").ids == [second.id])
        #expect(bench.post("/v1/prices/\(first.id)", "tax_behavior=exclusive")["tax_behavior"] == "exclusive")
        #expect(bench.post("/v1/prices/\(first.id)", "tax_behavior=inclusive").param == "tax_behavior")
    }

    @Test func `a product's default price is one of its own`() {
        let bench = Bench()
        let made = bench.post(
            "/v1/products", "name=A&default_price_data[currency]=usd&default_price_data[unit_amount]=500")
        let own = bench.post("/v1/prices", "currency=usd&unit_amount=7&product=\(made.id)").id
        let other = bench.post("/v1/prices", "currency=usd&unit_amount=7&product_data[name]=B").id
        #expect(bench.post("/v1/products/\(made.id)", "default_price=\(own)")["default_price"] == .string(own))
        #expect(bench.post("/v1/products/\(made.id)", "default_price=\(other)").param == "default_price")
        #expect(bench.get("/v1/events", "type=product.updated").ids.count == 1)
        let refused = bench.post("/v1/products", "name=C&default_price_data[currency]=usd")
        #expect(refused.status == 400)
        #expect(bench.get("/v1/products").ids.count == 2)
    }
}
