internal import KeybrakeStripe

/// The people behind an account.
///
///     create ─→ of the account ─ update … ─ delete ─→ gone
enum Persons {
    static let routes: [(String, Behaviour)] = ["persons", "people"].flatMap { word in
        let path = "/v1/accounts/{account}/\(word)"
        let routes: [(String, Behaviour)] = [
            ("POST \(path)", create), ("GET \(path)", list), ("GET \(path)/{person}", retrieve),
            ("POST \(path)/{person}", update), ("DELETE \(path)/{person}", delete),
        ]
        return routes
    }

    private static let plan = SynthesisPlan(named: "POST /v1/accounts/{account}/persons")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = try AccountTokens.unpackedPerson(call.form, &account, call.cause)
        return try Accounts.reach(call, &account) { other throws(StripeError) in
            _ = try Accounts.own(&other, call.cause)
            let person = try written(form, into: nil, &other, call.cause)
            other.create(.person, person, event: "person.created", call.cause)
            Accounts.refresh(&other, call.cause)
            return .object(person)
        }
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in
            let wanted = call.form.map("relationship")?.fields ?? []
            let people = (other.store.collection(.person)?.objects ?? []).reversed().filter { !$0.isDeleted }
                .map(\.tree)
                .filter { person in
                    wanted.allSatisfy { person["relationship"]?[$0.name]?.boolValue == ($0.value.text == "true") }
                }
            let url = "/v1/accounts/\(other.id)/persons"
            return .page(try EmbeddedLists.page(of: people, call, noun: "person", url: url))
        }
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in .bytes(try target(call, other).bytes) }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let form = try AccountTokens.unpackedPerson(call.form, &account, call.cause)
        return try Accounts.reach(call, &account) { other throws(StripeError) in
            let stored = try target(call, other)
            let person = try written(form, into: stored.tree, &other, call.cause)
            other.update(.person, person, event: "person.updated", call.cause)
            Accounts.refresh(&other, call.cause)
            return .object(person)
        }
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try Accounts.reach(call, &account) { other throws(StripeError) in
            let stored = try target(call, other)
            let answer = other.delete(.person, id: stored.id, event: "person.deleted", call.cause)
            Accounts.refresh(&other, call.cause)
            return .object(answer)
        }
    }

    /// The person that an account of one person is.
    static func write(individual form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> JSONObject
    {
        let known = account.store.object(.account, id: account.id)?.tree.object("individual")?.text("id")
        let old = known.flatMap { account.store.object(.person, id: $0) }?.tree
        var person = try written(form, into: old, &account, cause)
        person["relationship"] = relationship(representative: true)
        if old == nil {
            account.create(.person, person, event: "person.created", cause)
        } else {
            account.update(.person, person, event: "person.updated", cause)
        }
        return person
    }

    private static func written(_ form: FormMap, into old: JSONObject?, _ account: inout Account, _ cause: Cause)
        throws(StripeError) -> JSONObject
    {
        guard let plan else { throw .invalid("The emulator does not know persons.") }
        try AmountLimits.check(form.map("dob")?.integer("day"), 1...31, param: "dob[day]")
        try AmountLimits.check(form.map("dob")?.integer("month"), 1...12, param: "dob[month]")
        try AmountLimits.check(form.map("dob")?.integer("year"), 1_900...2_100, param: "dob[year]")
        var base = old
        if base == nil {
            var blank = try FormMerge.merged(FormMap(), into: nil, plan, &account, now: cause.now)
            blank.set("account", account.id)
            blank.set("metadata", JSONObject())
            blank["relationship"] = relationship(representative: false)
            for name in ["id_number_provided", "id_number_secondary_provided", "ssn_last_4_provided"] {
                blank.set(name, false)
            }
            blank["requirements"] = [
                "alternatives": [], "currently_due": [], "errors": [], "eventually_due": [], "past_due": [],
                "pending_verification": [],
            ]
            base = blank
        }
        var person = try FormMerge.merged(
            form, into: base, plan, skipping: ["verification", "documents"], &account, now: cause.now)
        if form.given("id_number") != nil { person.set("id_number_provided", true) }
        if form.given("ssn_last_4") != nil || form.given("id_number") != nil {
            person.set("ssn_last_4_provided", true)
        }
        person["verification"] = verification(person)
        return person
    }

    /// Names and a date of birth are all that is verified.
    private static func verification(_ person: JSONObject) -> JSONValue {
        let isKnown = person.text("first_name") != nil && person["dob"]?["year"]?.integerValue != nil
        let document: JSONValue = ["back": nil, "details": nil, "details_code": nil, "front": nil]
        return [
            "additional_document": document, "details": nil, "details_code": nil, "document": document,
            "status": isKnown ? "verified" : "unverified",
        ]
    }

    private static func relationship(representative: Bool) -> JSONValue {
        [
            "authorizer": false, "director": false, "executive": false, "legal_guardian": false, "owner": false,
            "percent_ownership": nil, "representative": .bool(representative), "title": nil,
        ]
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(.person, call.pathValue(1), param: "person", status: 404)
    }
}
