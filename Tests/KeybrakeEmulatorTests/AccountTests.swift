import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct AccountTests {
    /// Everything that a person's account needs but the bank account.
    static let person =
        "business_type=individual&business_profile[mcc]=5734&business_profile[url]=https://a.example"
        + "&individual[first_name]=Ann&individual[last_name]=Bee&individual[email]=ann@example.com"
        + "&individual[phone]=%2B15555550100&individual[dob][day]=1&individual[dob][month]=1&individual[dob][year]=1901"
        + "&individual[address][line1]=address_full_match&individual[address][city]=A&individual[address][state]=CA"
        + "&individual[address][postal_code]=94103&individual[ssn_last_4]=0000"
    static let requested = "capabilities[card_payments][requested]=true&capabilities[transfers][requested]=true"
    static let terms = "tos_acceptance[date]=1793000000&tos_acceptance[ip]=127.0.0.1"

    static func enabled(_ bench: Bench) -> String {
        bench.post("/v1/accounts", "type=custom&\(person)&\(requested)&\(terms)&external_account=btok_us_verified").id
    }

    private func on(_ account: String, _ bench: Bench) -> Bench {
        var other = bench
        other.account = account
        return other
    }

    private func due(_ answer: Bench.Answer) -> [String] {
        answer["requirements"]?["currently_due"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    @Test func `a custom account is enabled by what is given`() {
        let bench = Bench()
        let account = bench.post("/v1/accounts", "type=custom&country=US&\(Self.requested)&metadata[a]=b")
        #expect(ShapeFit.misfits(account.body, .resource("account")) == [])
        #expect(account["controller"]?["requirement_collection"] == "application")
        #expect(account["capabilities"]?["transfers"] == "inactive")
        #expect(account["charges_enabled"] == false)
        #expect(account["requirements"]?["disabled_reason"] == "requirements.past_due")
        #expect(due(account).contains("business_type"))
        let path = "/v1/accounts/\(account.id)"
        #expect(due(bench.post(path, Self.person)) == ["external_account", "tos_acceptance.date", "tos_acceptance.ip"])
        _ = bench.post(path, Self.terms)
        let whole = bench.post(path, "external_account=btok_us_verified")
        #expect(due(whole) == [])
        #expect(whole["charges_enabled"] == true)
        #expect(whole["payouts_enabled"] == true)
        #expect(whole["capabilities"]?["card_payments"] == "active")
        #expect(whole["individual"]?["ssn_last_4_provided"] == true)
        #expect(whole["external_accounts"]?["data"]?.arrayValue?.first?["last4"] == "6789")
        #expect(ShapeFit.misfits(whole.body, .resource("account")) == [])
        let events = on(account.id, bench).get("/v1/events", "limit=100")["data"]?.arrayValue ?? []
        let types = Set(events.compactMap { $0["type"]?.stringValue })
        #expect(
            types.isSuperset(of: [
                "account.updated", "capability.updated", "account.external_account.created", "person.created",
            ]))
        let change = events.first { $0["type"] == "account.updated" }
        #expect(change?["data"]?["previous_attributes"]?["charges_enabled"] == false)
        #expect(on(account.id, bench).get("/v1/account").id == account.id)
    }

    @Test func `a German account needs no state and no social security number`() {
        let bench = Bench()
        let given = Self.person.replacing("&individual[ssn_last_4]=0000", with: "")
            .replacing("&individual[address][state]=CA", with: "")
        let terms = "type=custom&\(given)&\(Self.requested)&\(Self.terms)&external_account=btok_de"
        let account = bench.post("/v1/accounts", "\(terms)&country=DE")
        #expect(account["charges_enabled"] == true)
        #expect(account["default_currency"] == "eur")
        #expect(account["external_accounts"]?["data"]?.arrayValue?.first?["last4"] == "3000")
        #expect(account["external_accounts"]?["data"]?.arrayValue?.first?["currency"] == "eur")
        #expect(
            due(bench.post("/v1/accounts", "\(terms)&country=US"))
                == ["individual.address.state", "individual.ssn_last_4"])
    }

    @Test func `money waits for capabilities`() {
        let bench = Bench()
        _ = bench.post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
        let restricted = bench.post("/v1/accounts", "type=custom&\(Self.requested)").id
        let transfer = "amount=100&currency=usd&destination="
        #expect(bench.post("/v1/transfers", transfer + restricted).code == "insufficient_capabilities_for_transfer")
        #expect(bench.post("/v1/transfers", transfer + Self.enabled(bench)).status == 200)
        #expect(
            bench.post(
                "/v1/payment_intents", "amount=500&currency=usd&transfer_data[destination]=\(restricted)"
            ).code == "insufficient_capabilities_for_transfer")
    }

    @Test func `the holder of an express account fills in the form within a minute`() {
        var bench = Bench()
        let account = bench.post("/v1/accounts", "type=express&email=a@example.com")
        #expect(account["capabilities"]?["card_payments"] == "inactive")
        #expect(bench.post("/v1/accounts/\(account.id)", Self.terms).param == "tos_acceptance[date]")
        let link = bench.post(
            "/v1/account_links",
            "account=\(account.id)&type=account_onboarding&refresh_url=https://a.b&return_url=https://a.b")
        #expect(ShapeFit.misfits(link.body, .resource("account_link")) == [])
        #expect(bench.get("/v1/accounts/\(account.id)")["details_submitted"] == false)
        bench.now += 60
        let enabled = bench.get("/v1/accounts/\(account.id)")
        #expect(enabled["details_submitted"] == true)
        #expect(enabled["payouts_enabled"] == true)
        #expect(enabled["external_accounts"]?["data"]?.arrayValue?.count == 1)
        #expect(bench.post("/v1/accounts/\(account.id)/login_links").status == 200)
        let session = bench.post(
            "/v1/account_sessions", "account=\(account.id)&components[account_onboarding][enabled]=true")
        #expect(session["components"]?["account_onboarding"]?["enabled"] == true)
        #expect(ShapeFit.misfits(session.body, .resource("account_session")) == [])
    }

    @Test func `controllers say who answers for what`() {
        let bench = Bench()
        let fields =
            "controller[fees][payer]=application&controller[losses][payments]=application"
            + "&controller[stripe_dashboard][type]=none"
        let account = bench.post("/v1/accounts", fields + "&controller[requirement_collection]=application")
        #expect(account["type"] == "none")
        #expect(account["controller"]?["fees"]?["payer"] == "application")
        #expect(bench.post("/v1/accounts", fields + "&type=custom").status == 400)
        #expect(
            bench.post("/v1/accounts", "controller[requirement_collection]=application").param
                == "controller[requirement_collection]")
        #expect(bench.post("/v1/accounts")["type"] == "standard")
        #expect(on(account.id, bench).post("/v1/accounts").status == 400)
    }

    @Test func `accounts are listed newest first, and deleted when nothing is in them`() {
        let bench = Bench()
        let ids = (0..<3).map { _ in bench.post("/v1/accounts", "type=custom&\(Self.requested)").id }
        #expect(bench.get("/v1/accounts", "limit=2").ids == [ids[2], ids[1]])
        #expect(bench.get("/v1/accounts", "starting_after=\(ids[1])").ids == [ids[0]])
        #expect(bench.get("/v1/accounts", "starting_after=acct_x").param == "starting_after")
        let strict = Bench { $0.isStrict = true }
        let id = strict.post("/v1/accounts", "type=custom").id
        #expect(on(id, strict).get("/v1/balance").status == 200)
        #expect(strict.delete("/v1/accounts/\(id)")["deleted"] == true)
        #expect(on(id, strict).get("/v1/balance").code == "account_invalid")
        #expect(strict.get("/v1/accounts/\(id)").status == 403)
        #expect(strict.get("/v1/accounts").ids.isEmpty)
        _ = on(ids[0], bench).post("/v1/charges", "amount=1000&currency=usd&source=tok_visa")
        #expect(bench.delete("/v1/accounts/\(ids[0])").status == 400)
        #expect(bench.get("/v1/accounts/acct_nobody").param == "account")
    }

    @Test func `a rejected account can do nothing`() {
        let bench = Bench()
        let id = Self.enabled(bench)
        #expect(bench.get("/v1/accounts/\(id)")["charges_enabled"] == true)
        #expect(bench.post("/v1/accounts/\(id)/reject", "reason=whim").param == "reason")
        let rejected = bench.post("/v1/accounts/\(id)/reject", "reason=fraud")
        #expect(rejected["requirements"]?["disabled_reason"] == "rejected.fraud")
        #expect(rejected["charges_enabled"] == false)
        #expect(rejected["payouts_enabled"] == false)
        #expect(bench.post("/v1/transfers", "amount=1&currency=usd&destination=\(id)").status == 400)
    }

    @Test func `capabilities are requested and given up`() {
        let bench = Bench()
        let id = Self.enabled(bench)
        let path = "/v1/accounts/\(id)/capabilities"
        #expect(bench.get(path).ids == ["card_payments", "transfers"])
        let one = bench.get("\(path)/transfers")
        #expect(one["status"] == "active")
        #expect(ShapeFit.misfits(one.body, .resource("capability")) == [])
        #expect(bench.get("\(path)/klarna_payments")["status"] == "unrequested")
        #expect(bench.post("\(path)/klarna_payments", "requested=true")["status"] == "active")
        #expect(bench.post("\(path)/transfers", "requested=false")["status"] == "unrequested")
        #expect(bench.get("/v1/accounts/\(id)")["capabilities"]?["transfers"] == nil)
        #expect(bench.get("\(path)/flying").param == "capability")
    }

    @Test func `external accounts have one default for each currency`() {
        let bench = Bench()
        let id = bench.post("/v1/accounts", "type=custom&\(Self.requested)").id
        let path = "/v1/accounts/\(id)/external_accounts"
        let token = bench.post(
            "/v1/tokens",
            "bank_account[country]=US&bank_account[currency]=usd&bank_account[account_number]=000123456789"
                + "&bank_account[routing_number]=110000000&bank_account[account_holder_name]=Ann")
        #expect(token.id.hasPrefix("btok_"))
        #expect(ShapeFit.misfits(token.body, .resource("token")) == [])
        let bank = bench.post(path, "external_account=\(token.id)&metadata[a]=b")
        #expect(bank["default_for_currency"] == true)
        #expect(bank["account_holder_name"] == "Ann")
        #expect(bank["metadata"]?["a"] == "b")
        #expect(ShapeFit.misfits(bank.body, .resource("bank_account")) == [])
        #expect(bench.post(path, "external_account=\(token.id)").code == "token_already_used")
        let card = bench.post(path, "external_account=tok_visa_debit&default_for_currency=true")
        #expect(card["object"] == "card")
        #expect(bench.get("\(path)/\(bank.id)")["default_for_currency"] == false)
        #expect(bench.get(path).ids == [card.id, bank.id])
        #expect(bench.get(path, "object=card").ids == [card.id])
        #expect(bench.delete("\(path)/\(card.id)").status == 400)
        #expect(bench.post("\(path)/\(bank.id)", "default_for_currency=true")["default_for_currency"] == true)
        #expect(bench.delete("\(path)/\(card.id)")["deleted"] == true)
        let typed = bench.post(
            path,
            "external_account[object]=bank_account&external_account[country]=DE&external_account[currency]=eur"
                + "&external_account[account_number]=DE89370400440532013000")
        #expect(typed["default_for_currency"] == true)
        #expect(typed["currency"] == "eur")
        #expect(bench.get("/v1/accounts/\(id)")["external_accounts"]?["data"]?.arrayValue?.count == 2)
        #expect(bench.get("\(path)/ba_none").status == 404)
        #expect(
            bench.post(
                path, "bank_account[country]=US&bank_account[account_number]=0001&bank_account[routing_number]=1"
            )
            .code == "routing_number_invalid")
    }

    @Test func `persons belong to an account`() {
        let bench = Bench()
        let id = bench.post(
            "/v1/accounts",
            "type=custom&\(Self.requested)&\(Self.terms)&business_type=company&company[name]=Acme"
                + "&company[tax_id]=000000000"
                + "&external_account=btok_us&business_profile[mcc]=5734&business_profile[url]=https://a.example"
                + "&company[phone]=1&company[address][line1]=a&company[address][city]=b&company[address][state]=CA"
                + "&company[address][postal_code]=1"
        ).id
        #expect(
            due(bench.get("/v1/accounts/\(id)")) == ["representative.first_name", "representative.last_name"])
        let path = "/v1/accounts/\(id)/persons"
        let person = bench.post(
            path,
            "first_name=Ann&last_name=Bee&relationship[representative]=true&dob[day]=1&dob[month]=2&dob[year]=1990")
        #expect(person["account"]?.stringValue == id)
        #expect(ShapeFit.misfits(person.body, .resource("person")) == [])
        #expect(bench.get("/v1/accounts/\(id)")["charges_enabled"] == true)
        #expect(bench.get(path, "relationship[representative]=true").ids == [person.id])
        #expect(bench.get(path, "relationship[owner]=true").ids.isEmpty)
        #expect(bench.post("\(path)/\(person.id)", "email=a@example.com")["email"] == "a@example.com")
        #expect(bench.delete("\(path)/\(person.id)")["deleted"] == true)
        #expect(bench.get("/v1/accounts/\(id)")["charges_enabled"] == false)
        #expect(bench.post(path, "dob[day]=40&dob[month]=1&dob[year]=1990").param == "dob[day]")
    }

    @Test func `tokens stand for accounts and persons`() {
        let bench = Bench()
        let token = bench.post(
            "/v1/tokens", "account[business_type]=individual&account[individual][first_name]=Ann")
        #expect(token.id.hasPrefix("ct_"))
        let account = bench.post("/v1/accounts", "type=custom&account_token=\(token.id)")
        #expect(account["individual"]?["first_name"] == "Ann")
        #expect(bench.post("/v1/accounts", "type=custom&account_token=\(token.id)").code == "token_already_used")
        let other = bench.post("/v1/tokens", "person[first_name]=Bo")
        #expect(
            bench.post("/v1/accounts/\(account.id)/persons", "person_token=\(other.id)")["first_name"] == "Bo")
        #expect(bench.post("/v1/tokens", "pii[id_number]=000000000")["type"] == "pii")
    }
}
