import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct IssuingTests {
    private static let test = "/v1/test_helpers/issuing"

    private func holder(_ bench: Bench, _ form: String = "") -> Bench.Answer {
        bench.post(
            "/v1/issuing/cardholders",
            "name=A&billing[address][line1]=x&billing[address][city]=y&billing[address][country]=US"
                + "&billing[address][postal_code]=1" + form)
    }

    private func card(_ bench: Bench, _ form: String = "&type=virtual&status=active") -> Bench.Answer {
        bench.post("/v1/issuing/cards", "cardholder=\(holder(bench).id)&currency=usd" + form)
    }

    private func authorize(_ bench: Bench, _ card: String, _ form: String = "&amount=1000") -> Bench.Answer {
        bench.post(Self.test + "/authorizations", "card=\(card)" + form)
    }

    /// What issued cards have spent, and what is held.
    private func issuing(_ bench: Bench) -> JSONValue? {
        bench.get("/v1/balance")["issuing"]?["available"]?.arrayValue?.first?["amount"]
    }

    private func events(_ bench: Bench, _ type: String) -> Int { bench.get("/v1/events", "type=\(type)").ids.count }

    @Test func `cards show their holder, and begin inactive`() {
        let bench = Bench()
        let made = holder(bench, "&metadata[a]=b")
        #expect(made["status"] == "active")
        #expect(made["type"] == "individual")
        let card = bench.post("/v1/issuing/cards", "cardholder=\(made.id)&currency=usd&type=virtual")
        #expect(card["status"] == "inactive")
        #expect(card["last4"]?.stringValue?.count == 4)
        #expect(card["cardholder"]?["id"] == .string(made.id))
        #expect(card["number"] == nil)
        let secrets = bench.get("/v1/issuing/cards/\(card.id)", "expand[]=number&expand[]=cvc")
        #expect(secrets["number"]?.stringValue?.hasSuffix(card["last4"]?.stringValue ?? "none") == true)
        #expect(secrets["cvc"]?.stringValue?.count == 3)
        _ = bench.post("/v1/issuing/cardholders/\(made.id)", "status=inactive")
        #expect(bench.get("/v1/issuing/cards/\(card.id)")["cardholder"]?["status"] == "inactive")
        #expect(bench.get("/v1/issuing/cards", "cardholder=\(made.id)").ids == [card.id])
        #expect(bench.get("/v1/issuing/cards", "status=active").ids == [])
        #expect(bench.post("/v1/issuing/cards", "currency=usd&type=virtual").param == "cardholder")
        #expect(bench.post("/v1/issuing/cards", "cardholder=ich_x&currency=usd&type=virtual").param == "cardholder")
        #expect(
            bench.post("/v1/issuing/cards", "cardholder=\(made.id)&currency=usd&type=virtual&exp_year=1").status == 400)
        #expect(events(bench, "issuing_card.created") == 1)
    }

    @Test func `a canceled card stays so, and a new one takes its place`() {
        let bench = Bench()
        let old = card(bench).id
        #expect(bench.post("/v1/issuing/cards/\(old)", "cancellation_reason=lost").param == "cancellation_reason")
        let canceled = bench.post("/v1/issuing/cards/\(old)", "status=canceled&cancellation_reason=lost")
        #expect(canceled["cancellation_reason"] == "lost")
        #expect(bench.post("/v1/issuing/cards/\(old)", "status=active").status == 400)
        #expect(bench.post("/v1/issuing/cards/\(old)", "metadata[a]=b").status == 200)
        let form = "currency=usd&type=virtual&replacement_for=\(old)"
        #expect(bench.post("/v1/issuing/cards", form).param == "replacement_reason")
        let new = bench.post("/v1/issuing/cards", form + "&replacement_reason=lost")
        #expect(bench.get("/v1/issuing/cards/\(old)")["replaced_by"] == .string(new.id))
        #expect(bench.post("/v1/issuing/cards", form + "&replacement_reason=lost").param == "replacement_for")
        #expect(
            bench.get("/v1/issuing/cards/\(new.id)", "expand[]=replacement_for")["replacement_for"]?["status"]
                == "canceled")
    }

    @Test func `a parcel with a card goes its way, forward only`() {
        let bench = Bench()
        let address =
            "&shipping[name]=A&shipping[address][line1]=x&shipping[address][city]=y"
            + "&shipping[address][country]=US&shipping[address][postal_code]=1"
        let made = card(bench, "&type=physical" + address)
        let act = { (verb: String) in bench.post(Self.test + "/cards/\(made.id)/shipping/\(verb)") }
        #expect(made["shipping"]?["status"] == "pending")
        #expect(act("deliver").status == 400)
        #expect(act("submit")["shipping"]?["status"] == "submitted")
        #expect(act("ship")["shipping"]?["status"] == "shipped")
        #expect(act("submit").status == 400)
        #expect(act("deliver")["shipping"]?["status"] == "delivered")
        #expect(act("return").status == 400)
        #expect(act("fail").status == 400)
        #expect(bench.post(Self.test + "/cards/\(card(bench).id)/shipping/ship").status == 400)
    }

    @Test func `an approved authorization holds money until it is captured`() {
        let bench = Bench()
        let made = authorize(bench, card(bench).id)
        #expect(made["approved"] == true)
        #expect(made["status"] == "pending")
        #expect(made["request_history"]?.arrayValue?.first?["reason"] == "card_active")
        #expect(issuing(bench) == -1_000)
        let captured = bench.post(
            Self.test + "/authorizations/\(made.id)/capture", "capture_amount=400&close_authorization=false")
        #expect(captured["status"] == "pending")
        #expect(captured["transactions"]?.arrayValue?.first?["amount"] == -400)
        #expect(issuing(bench) == -1_000)
        #expect(
            bench.post(Self.test + "/authorizations/\(made.id)/capture", "capture_amount=601").param == "capture_amount"
        )
        let closed = bench.post(Self.test + "/authorizations/\(made.id)/capture", "capture_amount=100")
        #expect(closed["status"] == "closed")
        #expect(issuing(bench) == -500)
        #expect(bench.post(Self.test + "/authorizations/\(made.id)/reverse").status == 400)
        #expect(bench.get("/v1/issuing/transactions", "type=capture").ids.count == 2)
        let types = bench.get("/v1/balance_transactions", "limit=10").body["data"]?.arrayValue?.map { $0["type"] }
        #expect(
            types == [
                "issuing_transaction", "issuing_authorization_release", "issuing_transaction",
                "issuing_authorization_release", "issuing_authorization_hold",
            ])
        #expect(bench.get("/v1/balance")["available"]?.arrayValue?.first?["amount"] == 0)
    }

    @Test func `what is held grows, shrinks and is let go of`() {
        let bench = Bench()
        let card = card(bench).id
        let made = authorize(bench, card).id
        let path = Self.test + "/authorizations/\(made)"
        #expect(bench.post(path + "/increment", "increment_amount=500")["amount"] == 1_500)
        #expect(issuing(bench) == -1_500)
        #expect(bench.post(path + "/reverse", "reverse_amount=200")["amount"] == 1_300)
        #expect(bench.post(path + "/reverse", "reverse_amount=1301").param == "reverse_amount")
        #expect(bench.post(path + "/finalize_amount", "final_amount=900")["amount"] == 900)
        #expect(issuing(bench) == -900)
        #expect(bench.post(path + "/reverse")["status"] == "reversed")
        #expect(issuing(bench) == 0)
        let other = authorize(bench, card).id
        #expect(bench.post(Self.test + "/authorizations/\(other)/expire")["status"] == "expired")
        #expect(issuing(bench) == 0)
        #expect(bench.get("/v1/issuing/authorizations", "status=expired").ids == [other])
        #expect(bench.get("/v1/issuing/authorizations", "card=\(card)&limit=1").ids == [other])
        #expect(
            bench.post(Self.test + "/authorizations/\(other)/fraud_challenges/respond", "confirmed=true").status == 400)
    }

    @Test(arguments: [
        ("&status=inactive", "", "card_inactive"),
        (
            "&status=active&spending_controls[blocked_categories][]=bakeries", "&merchant_data[category]=bakeries",
            "spending_controls"
        ),
        (
            "&status=active&spending_controls[allowed_categories][]=bakeries", "&merchant_data[category]=florists",
            "spending_controls"
        ),
        (
            "&status=active&spending_controls[blocked_merchant_countries][]=DE", "&merchant_data[country]=DE",
            "spending_controls"
        ),
        (
            "&status=active&spending_controls[spending_limits][0][amount]=999"
                + "&spending_controls[spending_limits][0][interval]=per_authorization",
            "", "spending_controls"
        ),
    ])
    func `a card that may not pay is declined, and nothing is held`(form: String, request: String, reason: String) {
        let bench = Bench()
        let made = authorize(bench, card(bench, "&type=virtual" + form).id, "&amount=1000" + request)
        #expect(made["approved"] == false)
        #expect(made["status"] == "closed")
        #expect(made["request_history"]?.arrayValue?.first?["reason"] == .string(reason))
        #expect(issuing(bench) == nil)
        #expect(bench.post(Self.test + "/authorizations/\(made.id)/capture").status == 400)
    }

    @Test func `a limit of the month counts what was spent in it`() {
        var bench = Bench()
        let limit =
            "&spending_controls[spending_limits][0][amount]=1500"
            + "&spending_controls[spending_limits][0][interval]=monthly"
        let card = card(bench, "&type=virtual&status=active" + limit).id
        let first = authorize(bench, card).id
        #expect(authorize(bench, card, "&amount=501")["approved"] == false)
        #expect(bench.post(Self.test + "/authorizations/\(first)/increment", "increment_amount=501")["amount"] == 1_000)
        #expect(authorize(bench, card, "&amount=500")["approved"] == true)
        bench.now += 32 * 86_400
        #expect(authorize(bench, card, "&amount=1500")["approved"] == true)
    }

    @Test func `an endpoint that asks to be asked decides`() {
        var bench = Bench()
        let card = card(bench).id
        _ = bench.post("/v1/webhook_endpoints", "url=https://a.b/c&enabled_events[]=*")
        #expect(authorize(bench, card)["approved"] == true)
        _ = bench.post("/v1/webhook_endpoints", "url=https://a.b/c&enabled_events[]=issuing_authorization.request")
        let asked = authorize(bench, card, "&amount=700&is_amount_controllable=true")
        #expect(asked["approved"] == false)
        #expect(asked["amount"] == 0)
        #expect(asked["pending_request"]?["amount"] == 700)
        let path = "/v1/issuing/authorizations/\(asked.id)"
        #expect(bench.post(path + "/approve", "amount=701").param == "amount")
        let approved = bench.post(path + "/approve", "amount=600&metadata[a]=b")
        #expect(approved["amount"] == 600)
        #expect(approved["metadata"] == ["a": "b"])
        #expect(approved["request_history"]?.arrayValue?.first?["reason"] == "webhook_approved")
        #expect(bench.post(path + "/decline").status == 400)
        let declined = authorize(bench, card).id
        #expect(bench.post("/v1/issuing/authorizations/\(declined)/decline")["status"] == "closed")
        let late = authorize(bench, card).id
        bench.now += 2
        let lapsed = bench.get("/v1/issuing/authorizations/\(late)")
        #expect(lapsed["request_history"]?.arrayValue?.first?["reason"] == "webhook_timeout")
        #expect(lapsed["status"] == "closed")
        #expect(issuing(bench) == -1_600)
        #expect(events(bench, "issuing_authorization.request") == 3)
        #expect(events(bench, "issuing_authorization.created") == 4)
    }

    @Test func `transactions are refunded, never more than was captured`() {
        let bench = Bench()
        let card = card(bench).id
        let captured = bench.post(Self.test + "/transactions/create_force_capture", "card=\(card)&amount=900")
        #expect(captured["amount"] == -900)
        #expect(captured["type"] == "capture")
        let refund = bench.post(Self.test + "/transactions/\(captured.id)/refund", "refund_amount=400")
        #expect(refund["amount"] == 400)
        #expect(refund["type"] == "refund")
        #expect(
            bench.post(Self.test + "/transactions/\(captured.id)/refund", "refund_amount=501").param == "refund_amount")
        #expect(bench.post(Self.test + "/transactions/\(captured.id)/refund")["amount"] == 500)
        #expect(bench.post(Self.test + "/transactions/\(captured.id)/refund").status == 400)
        #expect(bench.post(Self.test + "/transactions/\(refund.id)/refund").status == 400)
        _ = bench.post(Self.test + "/transactions/create_unlinked_refund", "card=\(card)&amount=50")
        #expect(issuing(bench) == 50)
    }

    @Test func `a dispute is won, lost, or forgotten`() {
        var bench = Bench()
        let card = card(bench).id
        let capture = { bench.post(Self.test + "/transactions/create_force_capture", "card=\(card)&amount=900").id }
        let dispute = { (id: String, text: String) in
            bench.post(
                "/v1/issuing/disputes",
                "transaction=\(id)&evidence[reason]=fraudulent&evidence[fraudulent][explanation]=\(text)")
        }
        let transaction = capture()
        let won = dispute(transaction, "winning_evidence")
        #expect(won["status"] == "unsubmitted")
        #expect(won["amount"] == 900)
        #expect(dispute(transaction, "x").param == "transaction")
        #expect(bench.get("/v1/issuing/transactions/\(transaction)")["dispute"] == .string(won.id))
        #expect(bench.post("/v1/issuing/disputes/\(won.id)/submit")["status"] == "won")
        #expect(issuing(bench) == 0)
        #expect(bench.post("/v1/issuing/disputes/\(won.id)/submit").status == 400)
        #expect(bench.post("/v1/issuing/disputes/\(won.id)", "amount=5").status == 400)
        let lost = dispute(capture(), "losing_evidence").id
        #expect(bench.post("/v1/issuing/disputes/\(lost)/submit")["status"] == "lost")
        let empty = bench.post("/v1/issuing/disputes", "transaction=\(capture())&evidence[reason]=other").id
        #expect(bench.post("/v1/issuing/disputes/\(empty)/submit").param == "evidence")
        bench.now += 110 * 86_400
        #expect(bench.get("/v1/issuing/disputes/\(empty)")["status"] == "expired")
        #expect(events(bench, "issuing_dispute.closed") == 1)
    }

    @Test func `tokens and settlements have their states`() throws {
        let bench = Bench()
        let card = card(bench).id
        let line = "{\"id\":\"intok_1\",\"object\":\"issuing.token\",\"card\":\"\(card)\",\"status\":\"active\"}"
        _ = try bench.host.seed(world: "w", lines: Array(line.utf8), atUnixSeconds: bench.now)
        #expect(bench.get("/v1/issuing/tokens", "card=\(card)").ids == ["intok_1"])
        #expect(bench.post("/v1/issuing/tokens/intok_1", "status=suspended")["status"] == "suspended")
        #expect(bench.post("/v1/issuing/tokens/intok_1", "status=deleted")["status"] == "deleted")
        #expect(bench.post("/v1/issuing/tokens/intok_1", "status=active").status == 400)
        let made = bench.post(
            Self.test + "/settlements", "bin=1&clearing_date=1&currency=usd&net_total_amount=5")
        #expect(made["status"] == "pending")
        #expect(bench.post(Self.test + "/settlements/\(made.id)/complete")["status"] == "complete")
        #expect(bench.post(Self.test + "/settlements/\(made.id)/complete").status == 400)
        #expect(bench.get("/v1/issuing/settlements/\(made.id)")["net_total_amount"] == 5)
    }
}
