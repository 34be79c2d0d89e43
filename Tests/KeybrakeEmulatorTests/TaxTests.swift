import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct TaxTests {
    private static let germany = "customer_details[address][country]=DE&customer_details[address_source]=billing"

    private func register(_ bench: Bench, _ form: String) -> Bench.Answer {
        bench.post("/v1/tax/registrations", "active_from=now&" + form)
    }

    private func registered() -> Bench {
        let bench = Bench()
        _ = register(
            bench,
            "country=DE&country_options[de][type]=standard"
                + "&country_options[de][standard][place_of_supply_scheme]=standard")
        return bench
    }

    private func calculate(_ bench: Bench, _ form: String, at place: String = germany) -> Bench.Answer {
        bench.post("/v1/tax/calculations", "currency=eur&" + place + "&" + form)
    }

    @Test func `taxes are added where they are collected, or are inside the price`() {
        let bench = registered()
        let made = calculate(
            bench,
            "line_items[0][amount]=1000&line_items[0][reference]=a&line_items[1][amount]=1190"
                + "&line_items[1][tax_behavior]=inclusive&shipping_cost[amount]=500")
        #expect(made["tax_amount_exclusive"] == 285)
        #expect(made["tax_amount_inclusive"] == 190)
        #expect(made["amount_total"] == 2_975)
        #expect(made["shipping_cost"]?["amount_tax"] == 95)
        #expect(made["tax_breakdown"]?.arrayValue?.map { $0["amount"] } == [285, 190])
        #expect(made["tax_breakdown"]?.arrayValue?.first?["tax_rate_details"]?["percentage_decimal"] == "19")
        let lines = bench.get("/v1/tax/calculations/\(made.id)/line_items", "limit=1")
        #expect(lines["has_more"] == true)
        #expect(lines["data"]?.arrayValue?.first?["amount_tax"] == 190)
        #expect(
            lines["data"]?.arrayValue?.first?["tax_breakdown"]?.arrayValue?.first?["taxability_reason"]
                == "standard_rated")
        #expect(bench.get("/v1/tax/calculations/\(made.id)").body == made.body)
    }

    @Test(arguments: [
        ("customer_details[address][country]=FR", "", "not_collecting"),
        ("customer_details[address][country]=AQ", "", "not_supported"),
        (germany + "&customer_details[taxability_override]=customer_exempt", "", "customer_exempt"),
        (germany + "&customer_details[taxability_override]=reverse_charge", "", "reverse_charge"),
        (germany, "&line_items[0][tax_code]=txcd_00000000", "product_exempt"),
    ])
    func `nothing is due, and the reason is given`(place: String, item: String, reason: String) {
        let made = calculate(registered(), "line_items[0][amount]=1000" + item, at: place)
        #expect(made["amount_total"] == 1_000)
        #expect(made["tax_breakdown"]?.arrayValue?.first?["taxability_reason"] == .string(reason))
        #expect(made["tax_breakdown"]?.arrayValue?.first?["taxable_amount"] == 0)
    }

    @Test func `states have rates of their own, and registrations a time`() {
        var bench = Bench()
        let california = "customer_details[address][country]=US&customer_details[address][state]=CA"
        let made = register(
            bench, "country=US&country_options[us][state]=CA&country_options[us][type]=state_sales_tax")
        #expect(made["status"] == "active")
        #expect(calculate(bench, "line_items[0][amount]=10000", at: california)["tax_amount_exclusive"] == 725)
        let texas = "customer_details[address][country]=US&customer_details[address][state]=TX"
        #expect(calculate(bench, "line_items[0][amount]=10000", at: texas)["tax_amount_exclusive"] == 0)
        let later = bench.post(
            "/v1/tax/registrations",
            "active_from=\(bench.now + 100)&expires_at=\(bench.now + 200)&country=US"
                + "&country_options[us][state]=TX&country_options[us][type]=state_sales_tax")
        #expect(later["status"] == "scheduled")
        bench.now += 100
        #expect(bench.get("/v1/tax/registrations", "status=active").ids == [later.id, made.id])
        #expect(calculate(bench, "line_items[0][amount]=10000", at: texas)["tax_amount_exclusive"] == 625)
        bench.now += 100
        #expect(bench.get("/v1/tax/registrations/\(later.id)")["status"] == "expired")
        #expect(bench.post("/v1/tax/registrations/\(later.id)", "expires_at=now").status == 400)
        #expect(bench.post("/v1/tax/registrations/\(made.id)", "expires_at=now")["status"] == "expired")
        #expect(register(bench, "country=US&country_options[us][type]=state_sales_tax").status == 400)
        #expect(register(bench, "country=DE&country_options[fr][type]=standard").param == "country_options[de]")
    }

    @Test func `settings are active once the head office is known`() {
        let bench = Bench()
        #expect(bench.post("/v1/tax/settings", "defaults[tax_behavior]=inclusive")["status"] == "pending")
        let active = bench.post("/v1/tax/settings", "head_office[address][country]=DE")
        #expect(active["status"] == "active")
        #expect(active["defaults"]?["tax_behavior"] == "inclusive")
        #expect(bench.get("/v1/tax/settings").body == active.body)
        #expect(bench.get("/v1/events", "type=tax.settings.updated").ids.count == 2)
    }

    @Test func `a transaction is reversed in parts, never of more than there was`() {
        let bench = registered()
        let calculation = calculate(
            bench, "line_items[0][amount]=1000&line_items[1][amount]=500&shipping_cost[amount]=100"
        ).id
        let create = { (reference: String) in
            bench.post(
                "/v1/tax/transactions/create_from_calculation", "calculation=\(calculation)&reference=\(reference)")
        }
        let made = create("r1")
        #expect(made["type"] == "transaction")
        #expect(create("r1").param == "reference")
        let lines = bench.get("/v1/tax/transactions/\(made.id)/line_items").ids
        let reverse = { (form: String) in
            bench.post("/v1/tax/transactions/create_reversal", "original_transaction=\(made.id)&" + form)
        }
        let item = "&line_items[0][original_line_item]=\(lines[0])&line_items[0][reference]=x&line_items[0]"
        let part = reverse("mode=partial&reference=r2\(item)[amount]=-400&line_items[0][amount_tax]=-76")
        #expect(part["type"] == "reversal")
        #expect(part["reversal"]?["original_transaction"] == .string(made.id))
        #expect(part["line_items"]?["data"]?.arrayValue?.map { $0["amount"] } == [-400])
        let more = reverse("mode=partial&reference=r3\(item)[amount]=-601&line_items[0][amount_tax]=0")
        #expect(more.param == "line_items[0][amount]")
        let flat = reverse("mode=partial&reference=r4&flat_amount=-119")
        let taken = (flat["line_items"]?["data"]?.arrayValue ?? []).reduce(0) {
            $0 + ($1["amount"]?.integerValue ?? 0) + ($1["amount_tax"]?.integerValue ?? 0)
        }
        #expect(taken == -119)
        let full = reverse("mode=full&reference=r5")
        let rest = (full["line_items"]?["data"]?.arrayValue ?? []).reduce(0) { $0 + ($1["amount"]?.integerValue ?? 0) }
        #expect(rest == -1_000)
        #expect(full["shipping_cost"]?["amount_tax"] == -19)
        #expect(reverse("mode=full&reference=r6").status == 400)
        #expect(
            bench.post(
                "/v1/tax/transactions/create_reversal", "mode=full&reference=r7&original_transaction=\(full.id)"
            ).param == "original_transaction")
    }

    @Test func `what cannot be calculated is refused`() {
        let bench = registered()
        #expect(calculate(bench, "line_items[0][amount]=1", at: "").code == "customer_tax_location_invalid")
        #expect(calculate(bench, "line_items[0][amount]=9999999999999").param == "line_items[0][amount]")
        #expect(
            calculate(bench, "line_items[0][amount]=1&line_items[0][product]=prod_x").param == "line_items[0][product]")
        var late = bench
        let old = calculate(bench, "line_items[0][amount]=1").id
        late.now += 90 * 86_400
        #expect(
            late.post("/v1/tax/transactions/create_from_calculation", "calculation=\(old)&reference=a").param
                == "calculation")
    }
}
