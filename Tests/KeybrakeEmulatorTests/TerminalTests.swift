import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct TerminalTests {
    private let bench = Bench()
    private let reader: String

    init() {
        reader = bench.post("/v1/terminal/readers", "registration_code=simulated-wpe&label=Till").id
    }

    private func act(_ verb: String, _ form: String = "") -> Bench.Answer {
        bench.post("/v1/terminal/readers/\(reader)/\(verb)", form)
    }

    private func test(_ verb: String, _ form: String = "") -> Bench.Answer {
        bench.post("/v1/test_helpers/terminal/readers/\(reader)/\(verb)", form)
    }

    private func intent(_ form: String = "") -> String {
        bench.post(
            "/v1/payment_intents", "amount=1000&currency=usd&payment_method_types[]=card_present" + form
        ).id
    }

    @Test func `readers are registered at places, and apps get tokens`() {
        let shown = bench.get("/v1/terminal/readers/\(reader)")
        #expect(shown["device_type"] == "simulated_wisepos_e")
        #expect(shown["label"] == "Till")
        #expect(shown["status"] == "online")
        #expect(shown["action"] == .null)
        #expect(bench.post("/v1/terminal/readers", "registration_code=x&location=tml_x").param == "location")
        let place = bench.post("/v1/terminal/locations", "display_name=A&address[country]=US&address[line1]=x").id
        let other = bench.post("/v1/terminal/readers", "registration_code=simulated-s700&location=\(place)")
        #expect(other["device_type"] == "simulated_stripe_s700")
        #expect(bench.get("/v1/terminal/readers", "location=\(place)").ids == [other.id])
        let token = bench.post("/v1/terminal/connection_tokens", "location=\(place)")
        #expect(token["secret"]?.stringValue?.hasPrefix("pst_test_") == true)
        #expect(token["location"] == .string(place))
        #expect(bench.delete("/v1/terminal/readers/\(other.id)").body["deleted"] == true)
    }

    @Test func `a payment is taken when a card is presented`() {
        let id = intent()
        let asked = act("process_payment_intent", "payment_intent=\(id)&process_config[skip_tipping]=true")
        #expect(asked["action"]?["status"] == "in_progress")
        #expect(asked["action"]?["process_payment_intent"]?["process_config"]?["skip_tipping"] == true)
        #expect(act("process_payment_intent", "payment_intent=\(intent())").code == "terminal_reader_busy")
        let done = test("present_payment_method", "amount_tip=150")
        #expect(done["action"]?["status"] == "succeeded")
        let paid = bench.get("/v1/payment_intents/\(id)", "expand[]=latest_charge")
        #expect(paid["status"] == "succeeded")
        #expect(paid["amount_received"] == 1_150)
        #expect(paid["amount_details"]?["tip"]?["amount"] == 150)
        let details = paid["latest_charge"]?["payment_method_details"]
        #expect(details?["type"] == "card_present")
        #expect(details?["card_present"]?["last4"] == "4242")
        #expect(bench.get("/v1/events", "type=terminal.reader.action_succeeded").ids.count == 1)
        #expect(test("present_payment_method").status == 400)
        #expect(act("process_payment_intent", "payment_intent=\(id)").code == "intent_invalid_state")
        let online = bench.post("/v1/payment_intents", "amount=1000&currency=usd&payment_method_types[]=card").id
        #expect(act("process_payment_intent", "payment_intent=\(online)").param == "payment_intent")
    }

    @Test func `a declined card fails the action, and the payment can be tried again`() {
        let id = intent("&capture_method=manual")
        _ = act("process_payment_intent", "payment_intent=\(id)")
        let failed = test("present_payment_method", "card_present[number]=4000000000000002")
        #expect(failed.status == 200)
        #expect(failed["action"]?["status"] == "failed")
        #expect(failed["action"]?["failure_code"] == "card_declined")
        #expect(bench.get("/v1/payment_intents/\(id)")["status"] == "requires_payment_method")
        #expect(bench.get("/v1/events", "type=terminal.reader.action_failed").ids.count == 1)
        _ = act("process_payment_intent", "payment_intent=\(id)")
        #expect(act("cancel_action")["action"] == .null)
        _ = act("process_payment_intent", "payment_intent=\(id)")
        #expect(
            test("present_payment_method", "card_present[number]=4000002760003184")["action"]?["status"] == "succeeded")
        #expect(bench.get("/v1/payment_intents/\(id)")["status"] == "requires_capture")
    }

    @Test func `a method is collected first and paid with afterwards`() {
        let id = intent()
        #expect(act("confirm_payment_intent", "payment_intent=\(id)").param == "payment_intent")
        _ = act("collect_payment_method", "payment_intent=\(id)")
        let collected = test("present_payment_method")
        #expect(collected["action"]?["collect_payment_method"]?["payment_method"]?["type"] == "card_present")
        #expect(bench.get("/v1/payment_intents/\(id)")["status"] == "requires_payment_method")
        let confirmed = act("confirm_payment_intent", "payment_intent=\(id)")
        #expect(confirmed["action"]?["type"] == "confirm_payment_intent")
        #expect(confirmed["action"]?["status"] == "succeeded")
        #expect(bench.get("/v1/payment_intents/\(id)")["status"] == "succeeded")
    }

    @Test func `a card is set up, and a payment given back`() {
        let setup = bench.post(
            "/v1/setup_intents",
            "customer=cus_test_fixture&payment_method_types[]=card_present"
                + "&payment_method_types[]=card"
        ).id
        _ = act("process_setup_intent", "setup_intent=\(setup)&allow_redisplay=always")
        let card = test("present_payment_method")["action"]?["process_setup_intent"]?["generated_card"]?.stringValue
        #expect(bench.get("/v1/setup_intents/\(setup)")["status"] == "succeeded")
        #expect(bench.get("/v1/customers/cus_test_fixture/payment_methods").ids.contains(card ?? "none"))
        let id = intent()
        _ = act("process_payment_intent", "payment_intent=\(id)")
        _ = test("present_payment_method")
        _ = act("refund_payment", "payment_intent=\(id)&amount=400")
        let refund = test("present_payment_method", "type=interac_present")["action"]?["refund_payment"]?["refund"]
        #expect(bench.get("/v1/refunds", "payment_intent=\(id)").ids == [refund?.stringValue ?? ""])
        #expect(act("refund_payment", "amount=400").param == "payment_intent")
    }

    @Test func `a reader shows a cart and asks questions`() {
        let shown = act(
            "set_reader_display",
            "type=cart&cart[currency]=usd&cart[total]=500"
                + "&cart[line_items][0][description]=Tea&cart[line_items][0][amount]=500"
                + "&cart[line_items][0][quantity]=1"
        )
        #expect(shown["action"]?["status"] == "succeeded")
        #expect(shown["action"]?["set_reader_display"]?["cart"]?["total"] == 500)
        let inputs =
            "inputs[0][type]=email&inputs[0][custom_text][title]=Mail&inputs[0][required]=true"
            + "&inputs[1][type]=text&inputs[1][custom_text][title]=Note"
        #expect(act("collect_inputs", inputs)["action"]?["status"] == "in_progress")
        #expect(test("present_payment_method").status == 400)
        let given = test("succeed_input_collection", "skip_non_required_inputs=all")["action"]?["collect_inputs"]?[
            "inputs"]
        #expect(given?.arrayValue?.first?["email"]?["value"] == "person@example.com")
        #expect(given?.arrayValue?.last?["skipped"] == true)
        _ = act("collect_inputs", inputs)
        #expect(test("timeout_input_collection")["action"]?["status"] == "failed")
        #expect(test("timeout_input_collection").status == 400)
    }
}
