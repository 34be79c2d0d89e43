import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SynthesisTests {
    @Test func `a product lives from its creation to its end`() {
        let bench = Bench()
        let product = bench.post(
            "/v1/products",
            "name=Tea&metadata[a]=1&metadata[b]=2&package_dimensions[height]=1&package_dimensions[length]=2"
                + "&package_dimensions[weight]=3&package_dimensions[width]=4&images[]=https://a.b/c.png&description=x")
        #expect(product.status == 200)
        #expect(product.headers["X-Keybrake-Emulated"] == "state")
        #expect(product.id.hasPrefix("prod_"))
        #expect(product["active"] == true)
        #expect(product["created"] == .integer(Bench.start))
        #expect(product["livemode"] == false)
        #expect(product["package_dimensions"]?["weight"].map { JSONWriter.text($0) } == "3")
        #expect(product["images"] == ["https://a.b/c.png"])
        #expect(bench.get("/v1/products/\(product.id)").body == product.body)
        let changed = bench.post("/v1/products/\(product.id)", "description=&metadata[a]=&active=false&name=Coffee")
        #expect(changed["description"] == .null)
        #expect(changed["metadata"] == ["b": "2"])
        #expect(changed["name"] == "Coffee")
        #expect(bench.get("/v1/products", "active=true").ids.isEmpty)
        #expect(bench.get("/v1/products", "active=false").ids == [product.id])
        #expect(bench.get("/v1/products", "ids[]=\(product.id)").ids == [product.id])
        #expect(bench.delete("/v1/products/\(product.id)").body["deleted"] == true)
        #expect(bench.get("/v1/products").ids.isEmpty)
        let types = bench.get("/v1/events", "type=product.*").body["data"]?.arrayValue?.compactMap { $0["type"] }
        #expect(types == ["product.deleted", "product.updated", "product.created"])
    }

    @Test func `an unknown id is missing, and its parameter is named`() {
        let bench = Bench()
        let missing = bench.get("/v1/coupons/none")
        #expect(missing.status == 404)
        #expect(missing.code == "resource_missing")
        #expect(missing.param == "coupon")
        #expect(bench.post("/v1/coupons/none", "name=x").status == 404)
        #expect(bench.delete("/v1/coupons/none").status == 404)
        #expect(bench.get("/v1/customers/cus_none/tax_ids").param == "customer")
    }

    @Test func `a lenient world answers unknown ids from their shape`() throws {
        let bench = Bench()
        try bench.host.set(world: "w", isLenient: true, isStrict: false)
        let coupon = bench.get("/v1/coupons/none")
        #expect(coupon.status == 200)
        #expect(coupon.id == "none")
        #expect(coupon.headers["X-Keybrake-Emulated"] == "schema")
        #expect(bench.get("/v1/charges/ch_none").id == "ch_none")
        #expect(bench.post("/v1/charges/ch_none/capture").id == "ch_none")
        #expect(bench.post("/v1/charges", "amount=100&currency=usd&source=tok_xxxx").status == 200)
        #expect(bench.post("/v1/charges", "amount=100&currency=usd&source=tok_chargeDeclined").status == 402)
        #expect(throws: EmulatorHost.Failure.self) { try bench.host.set(world: "w", isLenient: true, isStrict: true) }
    }

    @Test func `sub-resources belong to their owner`() {
        let bench = Bench()
        let other = bench.post("/v1/customers").id
        let made = bench.post("/v1/customers/cus_test_fixture/tax_ids", "type=eu_vat&value=DE123456789")
        #expect(made["customer"] == "cus_test_fixture")
        #expect(made["value"] == "DE123456789")
        #expect(bench.get("/v1/customers/cus_test_fixture/tax_ids").ids == [made.id])
        #expect(bench.get("/v1/customers/\(other)/tax_ids").ids.isEmpty)
        #expect(bench.get("/v1/customers/\(other)/tax_ids/\(made.id)").status == 404)
        #expect(bench.delete("/v1/customers/cus_test_fixture/tax_ids/\(made.id)").body["deleted"] == true)
        #expect(bench.get("/v1/customers/cus_test_fixture/tax_ids/\(made.id)").status == 404)
    }

    @Test func `there is one of each singleton, and it can be changed`() {
        let bench = Bench()
        #expect(bench.get("/v1/tax/settings")["object"] == "tax.settings")
        let changed = bench.post("/v1/tax/settings", "defaults[tax_behavior]=inclusive")
        #expect(changed["defaults"]?["tax_behavior"] == "inclusive")
        #expect(bench.get("/v1/tax/settings").body == changed.body)
        #expect(bench.get("/v1/account").id.hasPrefix("acct_1"))
        #expect(bench.get("/v1/account").id == bench.get("/v1/account").id)
        #expect(bench.get("/v1/customers/cus_test_fixture/cash_balance")["customer"] == "cus_test_fixture")
    }

    @Test func `acting on an object shows in its state`() {
        let bench = Bench()
        let meter = bench.post(
            "/v1/billing/meters", "display_name=a&event_name=b&default_aggregation[formula]=sum")
        #expect(meter["status"] == "active")
        #expect(bench.post("/v1/billing/meters/\(meter.id)/deactivate")["status"] == "inactive")
        #expect(bench.post("/v1/billing/meters/\(meter.id)/reactivate")["status"] == "active")
    }

    @Test func `given ids are kept, and are there once`() {
        let bench = Bench()
        #expect(bench.post("/v1/coupons", "id=SPRING&percent_off=25&duration=once").id == "SPRING")
        let again = bench.post("/v1/coupons", "id=SPRING&percent_off=25&duration=once")
        #expect(again.status == 400)
        #expect(again.code == "resource_already_exists")
        #expect(bench.get("/v1/coupons/SPRING")["percent_off"].map { JSONWriter.text($0) } == "25")
    }

    @Test func `pages of remembered objects run like those of charges`() {
        var bench = Bench()
        let made = (0..<5).map { _ in
            bench.now += 10
            return bench.post("/v1/tax_rates", "display_name=a&inclusive=false&percentage=19").id
        }
        let newest = Array(made.reversed())
        #expect(bench.get("/v1/tax_rates", "limit=2").ids == Array(newest[0..<2]))
        #expect(bench.get("/v1/tax_rates", "limit=2&starting_after=\(newest[1])").ids == Array(newest[2..<4]))
        #expect(bench.get("/v1/tax_rates", "ending_before=\(newest[2])").ids == Array(newest[0..<2]))
        #expect(bench.get("/v1/tax_rates", "created[gt]=\(bench.now - 20)").ids == Array(newest[0..<2]))
        #expect(bench.get("/v1/tax_rates", "starting_after=none").param == "starting_after")
        #expect(bench.get("/v1/tax_rates")["url"] == "/v1/tax_rates")
    }

    @Test func `remembered objects can be expanded`() {
        let bench = Bench()
        let product = bench.post("/v1/products", "name=Tea").id
        let price = bench.post("/v1/prices", "product=\(product)&currency=usd&unit_amount=500").id
        #expect(bench.get("/v1/prices/\(price)", "expand[]=product")["product"]?["name"] == "Tea")
        #expect(bench.get("/v1/prices", "product=\(product)&expand[]=data.product").ids == [price])
        #expect(bench.get("/v1/prices", "product=prod_none").ids.isEmpty)
    }
}
