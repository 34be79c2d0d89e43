import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct PriceTests {
    @Test func `a price says what kind it is`() {
        let bench = Bench()
        let monthly = bench.post(
            "/v1/prices", "currency=USD&unit_amount=1500&recurring[interval]=month&product_data[name]=Plan")
        #expect(monthly["type"] == "recurring")
        #expect(monthly["currency"] == "usd")
        #expect(monthly["unit_amount_decimal"] == "1500")
        #expect(monthly["recurring"]?["interval_count"] == 1)
        #expect(monthly["recurring"]?["usage_type"] == "licensed")
        #expect(ShapeFit.misfits(monthly.body, .resource("price")) == [])
        let product = monthly["product"]?.stringValue ?? ""
        #expect(bench.get("/v1/products/\(product)")["name"] == "Plan")
        let once = bench.post("/v1/prices", "currency=usd&unit_amount_decimal=0.5&product=\(product)")
        #expect(once["type"] == "one_time")
        #expect(once["unit_amount"] == .null)
        #expect(bench.get("/v1/prices", "type=recurring").ids == [monthly.id])
        #expect(bench.get("/v1/prices", "recurring[interval]=month").ids == [monthly.id])
        #expect(bench.delete("/v1/products/\(product)").status == 400)
    }

    @Test func `a price needs a product and an amount`() {
        let bench = Bench()
        #expect(bench.post("/v1/prices", "currency=usd&unit_amount=5").param == "product")
        #expect(bench.post("/v1/prices", "currency=usd&unit_amount=5&product=prod_none").param == "product")
        let product = bench.post(
            "/v1/products", "name=A&default_price_data[currency]=usd&default_price_data[unit_amount]=5")
        #expect(product["default_price"]?.stringValue?.hasPrefix("price_") == true)
        #expect(bench.post("/v1/prices", "currency=usd&product=\(product.id)").code == "parameter_missing")
    }
}
