import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct EntitlementTests {
    @Test func `subscribers are entitled to the features of what they subscribe to`() {
        let bench = Bench()
        let feature = bench.post("/v1/entitlements/features", "name=Export&lookup_key=export")
        #expect(feature["active"] == true)
        #expect(bench.post("/v1/entitlements/features", "name=Other&lookup_key=export").param == "lookup_key")
        let product = bench.post("/v1/products", "name=Plan").id
        let given = bench.post("/v1/products/\(product)/features", "entitlement_feature=\(feature.id)")
        #expect(given["entitlement_feature"]?["lookup_key"] == "export")
        #expect(
            bench.post("/v1/products/\(product)/features", "entitlement_feature=\(feature.id)").param
                == "entitlement_feature")
        #expect(bench.get("/v1/products/\(product)/features").ids == [given.id])
        let active = { bench.get("/v1/entitlements/active_entitlements", "customer=cus_test_fixture") }
        #expect(active().ids == [])
        let price = bench.post(
            "/v1/prices", "product=\(product)&currency=usd&unit_amount=500&recurring[interval]=month"
        ).id
        let subscription = bench.post(
            "/v1/subscriptions", "customer=cus_test_fixture&items[0][price]=\(price)"
        ).id
        let entitled = active()
        #expect(entitled.ids.count == 1)
        #expect(entitled["data"]?.arrayValue?.first?["feature"] == .string(feature.id))
        let one = bench.get("/v1/entitlements/active_entitlements/\(entitled.ids[0])", "expand[]=feature")
        #expect(one["feature"]?["name"] == "Export")
        _ = bench.post("/v1/entitlements/features/\(feature.id)", "active=false")
        #expect(bench.get("/v1/entitlements/features", "archived=true").ids == [feature.id])
        #expect(bench.get("/v1/entitlements/features").ids == [])
        #expect(bench.get("/v1/products/\(product)/features/\(given.id)")["entitlement_feature"]?["active"] == false)
        #expect(active().ids.count == 1)
        _ = bench.delete("/v1/subscriptions/\(subscription)")
        #expect(active().ids == [])
        #expect(bench.get("/v1/entitlements/active_entitlements/\(entitled.ids[0])").status == 404)
    }

    @Test func `a bank transfer makes cash available`() {
        let bench = Bench()
        let path = "/v1/test_helpers/customers/cus_test_fixture/fund_cash_balance"
        let first = bench.post(path, "amount=700&currency=eur&reference=R1")
        #expect(first["type"] == "funded")
        #expect(first["funded"]?["bank_transfer"]?["reference"] == "R1")
        #expect(bench.post(path, "amount=300&currency=eur")["ending_balance"] == 1_000)
        let balance = bench.get("/v1/customers/cus_test_fixture/cash_balance")
        #expect(balance["available"] == ["eur": 1_000])
        #expect(bench.get("/v1/customers/cus_test_fixture/cash_balance_transactions").ids.last == first.id)
        let manual = bench.post(
            "/v1/customers/cus_test_fixture/cash_balance", "settings[reconciliation_mode]=manual")
        #expect(manual["settings"]?["using_merchant_default"] == false)
        #expect(manual["available"] == ["eur": 1_000])
        #expect(bench.post(path, "amount=0&currency=eur").param == "amount")
        #expect(bench.post(path, "amount=1&currency=aud").param == "currency")
        #expect(bench.get("/v1/events", "type=cash_balance.funds_available").ids.count == 2)
        let other = bench.post("/v1/customers").id
        #expect(bench.get("/v1/customers/\(other)/cash_balance_transactions").ids == [])
        #expect(bench.get("/v1/customers/\(other)/cash_balance")["available"] == .null)
    }

    @Test func `only a refund that waits for its receiver expires`() throws {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa").id
        let refund = bench.post("/v1/refunds", "charge=\(charge)").id
        #expect(bench.post("/v1/test_helpers/refunds/\(refund)/expire").status == 400)
        var line = bench.get("/v1/refunds/\(refund)").body.objectValue ?? [:]
        line.set("status", "requires_action")
        _ = try bench.host.seed(world: "w", lines: line.bytes, atUnixSeconds: bench.now)
        #expect(bench.post("/v1/test_helpers/refunds/\(refund)/expire")["status"] == "failed")
        #expect(bench.get("/v1/charges/\(charge)")["amount_refunded"] == 0)
        #expect(bench.get("/v1/events", "type=refund.failed").ids.count == 1)
    }
}
