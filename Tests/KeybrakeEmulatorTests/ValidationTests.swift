import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct ValidationTests {
    /// A call that is refused, and how.
    struct Refusal: CustomStringConvertible {
        var path = "/v1/customers"
        let form: String
        var code: String?
        let param: String
        let message: String

        var description: String { "\(path) \(form)" }
    }

    static let refusals = [
        Refusal(
            form: "nmae=A", code: "parameter_unknown", param: "nmae",
            message: "Received unknown parameter: nmae. Did you mean name?"),
        Refusal(
            form: "shipping[name]=A&shipping[address][line1]=B&shipping[address][zip]=1", code: "parameter_unknown",
            param: "shipping[address][zip]", message: "Received unknown parameter: shipping[address][zip]."),
        Refusal(
            form: "invoice_settings[footr]=x", code: "parameter_unknown", param: "invoice_settings[footr]",
            message: "Received unknown parameter: invoice_settings[footr]. Did you mean footer?"),
        Refusal(
            form: "shipping[name]=A", code: "parameter_missing", param: "shipping[address]",
            message: "Missing required param: shipping[address]."),
        Refusal(
            form: "invoice_settings[custom_fields][0][name]=a",
            code: "parameter_missing", param: "invoice_settings[custom_fields][0][value]",
            message: "Missing required param: invoice_settings[custom_fields][0][value]."),
        Refusal(
            form: "tax_exempt=foo", param: "tax_exempt",
            message: "Invalid tax_exempt: must be one of exempt, none, or reverse"),
        Refusal(
            form: "balance=1.5", code: "parameter_invalid_integer", param: "balance", message: "Invalid integer: 1.5"),
        Refusal(
            form: "balance=9223372036854775808", code: "parameter_invalid_integer", param: "balance",
            message: "Invalid integer: 9223372036854775808"),
        Refusal(form: "name[a]=b", param: "name", message: "Invalid string: {\"a\"=>\"b\"}"),
        Refusal(form: "name[]=b", param: "name", message: "Invalid string: [\"b\"]"),
        Refusal(form: "balance[x][y]=1", param: "balance", message: "Invalid integer: {\"x\"=>{\"y\"=>\"1\"}}"),
        Refusal(form: "address=x", param: "address", message: "Invalid object"),
        Refusal(form: "preferred_locales=en", param: "preferred_locales", message: "Invalid array"),
        Refusal(form: "metadata=x", param: "metadata", message: "Invalid hash"),
        Refusal(form: "metadata[a][b]=x", param: "metadata[a]", message: "Invalid string: {\"b\"=>\"x\"}"),
        Refusal(
            form: "email=" + String(repeating: "e", count: 513), code: "parameter_invalid_string_length",
            param: "email", message: "Invalid string: eeeeeeeeee…eeee; must be at most 512 characters"),
        Refusal(
            path: "/v1/charges", form: "amount=&currency=usd", code: "parameter_invalid_empty", param: "amount",
            message: "You passed an empty string for 'amount'. We assume empty values are an attempt to unset a "
                + "parameter; however 'amount' cannot be unset. You should remove 'amount' from your request or "
                + "supply a non-empty value."),
        Refusal(
            path: "/v1/charges", form: "amount=49&currency=usd&source=tok_visa", code: "amount_too_small",
            param: "amount", message: "Amount must be at least $0.50 usd"),
        Refusal(
            path: "/v1/charges", form: "amount=6399&currency=kes&source=tok_visa", code: "amount_too_small",
            param: "amount",
            message: "Amount must convert to at least 50 cents. 63.99 kes converts to approximately $0.49."),
        Refusal(
            path: "/v1/charges", form: "amount=100000000&currency=usd&source=tok_visa", code: "amount_too_large",
            param: "amount", message: "Amount must be no more than $999999.99 usd"),
        Refusal(
            path: "/v1/products",
            form: "name=a" + (0..<9).map { "&images[\($0)]=https://a.b/\($0)" }.joined(), code: "array_too_long",
            param: "images", message: "Array too long: images can have at most 8 elements, but you passed 9."),
        Refusal(
            path: "/v1/subscriptions", form: "customer=cus_test_fixture&trial_end=253402300800", param: "trial_end",
            message: "Invalid timestamp: 253402300800; must be an integer Unix timestamp in the range 0-253402300799"),
    ]

    @Test(arguments: refusals) func `what is wrong is told in Stripe's words`(refusal: Refusal) {
        let bench = Bench()
        let answer = bench.post(refusal.path, refusal.form)
        #expect(answer.status == 400)
        #expect(answer.error?["type"] == "invalid_request_error")
        #expect(answer.code == refusal.code)
        #expect(answer.param == refusal.param)
        #expect(answer.message == refusal.message)
        #expect(answer.error?["request_log_url"]?.stringValue?.hasSuffix("object=req_bench") == true)
        #expect((answer.error?["doc_url"] == nil) == (refusal.code == nil))
    }

    @Test(arguments: [
        ("created=abc", "created", "Invalid integer: abc"), ("created[foo]=1", "created[foo]", nil),
        ("created[gte]=x", "created[gte]", "Invalid integer: x"), ("expand[]=data", "expand", nil),
        ("expand=data.sources", "expand", "Invalid array"), ("limit[]=3", "limit", "Invalid integer: [\"3\"]"),
    ])
    func `filters of lists are checked alike`(query: String, param: String, message: String?) {
        let refused = Bench().get("/v1/customers", query)
        #expect(refused.status == 400)
        #expect(refused.param == param)
        if let message { #expect(refused.message == message) }
    }

    @Test func `a declined card is told with everything that is known of it`() {
        let bench = Bench()
        let intent = bench.post(
            "/v1/payment_intents", "amount=1000&currency=usd&payment_method=pm_card_chargeDeclinedLostCard&confirm=true"
        )
        let error = intent.error
        #expect(intent.status == 402)
        #expect(error?["type"] == "card_error")
        #expect(error?["code"] == "card_declined")
        #expect(error?["decline_code"] == "lost_card")
        #expect(error?["advice_code"] == "do_not_try_again")
        #expect(error?["network_decline_code"] == "41")
        #expect(error?["network_advice_code"] == "03")
        #expect(error?["doc_url"] == "https://stripe.com/docs/error-codes/card-declined")
        #expect(error?["charge"]?.stringValue?.hasPrefix("ch_") == true)
        #expect(error?["payment_intent"]?["last_payment_error"]?["network_advice_code"] == "03")
        #expect(error?["payment_method"]?["type"] == "card")
        #expect(error?["request_log_url"] != nil)
        let charge = bench.get("/v1/charges/\(error?["charge"]?.stringValue ?? "")")
        #expect(charge["outcome"]?["network_advice_code"] == "03")
    }

    @Test func `filters that all lists share narrow them`() {
        let bench = Bench()
        _ = bench.post("/v1/setup_intents", "customer=cus_test_fixture")
        _ = bench.post("/v1/payment_intents", "amount=1000&currency=usd&customer=cus_test_fixture")
        #expect(bench.get("/v1/payment_intents", "customer_account=acct_x").ids.isEmpty)
        #expect(bench.get("/v1/payment_intents").ids.count == 1)
        #expect(bench.get("/v1/setup_intents", "attach_to_self=true").ids.isEmpty)
        #expect(bench.get("/v1/setup_intents", "attach_to_self=false").ids.count == 1)
    }

    @Test(arguments: [
        ("nmae", "name"), ("amont", "amount"), ("curency", "currency"), ("curreny", "currency"),
        ("custmer", "customer"),
        ("descripton", "description"),
    ])
    func `a slip is recognised`(slip: String, meant: String) {
        #expect(NearestName.of(slip, among: ["name", "amount", "currency", "customer", "description"]) == meant)
        #expect(NearestName.of("xyzzy", among: ["name", "amount"]) == nil)
    }
}
