internal import KeybrakeStripe

/// Test clocks: a time of their own for a few customers and all that belongs to them.
///
///     create ─→ ready ─ advance ─→ advancing ─→ ready … ─ delete, or 30 days ─→ gone, and its customers with it
///
/// A call that names something of a clock happens in that clock's time: its ``Cause`` carries the clock, `now` is the
/// frozen time, and what it puts on the agenda waits for the clock. Only `advance` moves that time, and it lets happen
/// what falls due on the way before it answers; the answer still says `advancing`, as Stripe's does.
/// Events, webhooks and the bank's money stay in the world's time.
enum TestClocks {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/test_helpers/test_clocks", create),
        ("GET /v1/test_helpers/test_clocks", list),
        ("GET /v1/test_helpers/test_clocks/{test_clock}", retrieve),
        ("DELETE /v1/test_helpers/test_clocks/{test_clock}", delete),
        ("POST /v1/test_helpers/test_clocks/{test_clock}/advance", advance),
    ]

    static let customersMax = 3
    static let subscriptionsOfCustomerMax = 3
    /// How long a clock is kept, in the world's time.
    static let lifetimeSeconds: Int64 = 30 * CivilTime.secondsPerDay
    /// The beginning of the year 2100; no clock starts later.
    static let frozenTimeMax: Int64 = 4_102_444_800

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let time = try call.form.requiredInteger("frozen_time")
        try AmountLimits.check(time, 0...frozenTimeMax, param: "frozen_time")
        var customer: JSONObject?
        if let id = call.form.given("customer") {
            let tree = try account.find(.customer, id, param: "customer").tree
            guard tree.text("test_clock") == nil else {
                throw .invalid("The customer \(id) belongs to a test clock already.", param: "customer")
            }
            customer = tree
        }
        var clock = template
        let id = account.ids.next("clock")
        let now = call.cause.worldNow
        clock.set("id", id)
        clock.set("created", now)
        clock.set("deletes_after", now + lifetimeSeconds)
        clock.set("frozen_time", time)
        clock.set("name", call.form.given("name"))
        account.create(.testClock, clock, event: "test_helpers.test_clock.created", call.cause)
        account.agenda.add(.testClockLapses(id: id), at: now + lifetimeSeconds)
        if var customer {
            customer.set("test_clock", id)
            account.update(.customer, customer, event: "customer.updated", call.cause)
        }
        return .stored(.testClock, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try account.page(.testClock, call, url: "/v1/test_helpers/test_clocks")
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = call.pathValue()
        if account.store.object(.testClock, id: id)?.isDeleted == true { return .stored(.testClock, id: id) }
        return .stored(.testClock, id: try account.target(.testClock, call).id)
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let clock = try account.target(.testClock, call)
        return .object(remove(clock.id, &account, call.cause))
    }

    static func advance(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let ready = try account.target(.testClock, call).tree
        let target = try call.form.requiredInteger("frozen_time")
        try check(target, of: ready, account)
        var advancing = ready
        advancing.set("status", "advancing")
        advancing["status_details"] = ["advancing": ["target_frozen_time": .integer(target)]]
        account.update(.testClock, advancing, call.cause)
        account.emit("test_helpers.test_clock.advancing", object: advancing.bytes, call.cause)
        account.runDue(until: target, call.cause)
        var reached = ready
        reached.set("frozen_time", target)
        account.update(.testClock, reached, call.cause)
        account.emit("test_helpers.test_clock.ready", object: reached.bytes, call.cause)
        return .object(advancing)
    }

    /// A clock's month is over; nobody has deleted it.
    static func lapse(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard account.store.object(.testClock, id: id)?.isDeleted == false else { return }
        _ = remove(id, &account, cause)
    }

    /// Refuses one customer too many, and a clock that does not exist.
    static func admitCustomer(to form: FormMap, _ account: Account) throws(StripeError) {
        guard let id = form.given("test_clock") else { return }
        _ = try account.find(.testClock, id, param: "test_clock")
        guard members(.customer, of: id, account).count < customersMax else {
            throw .invalid("A test clock can have at most \(customersMax) customers.", param: "test_clock")
        }
    }

    /// Refuses a subscription too many for a customer of a clock.
    static func admitSubscription(of customer: StoredObject, _ account: Account) throws(StripeError) {
        guard customer.text("test_clock") != nil else { return }
        let collection = account.store.collection(.subscription)
        let count = (collection?.positions(where: "customer", is: customer.id) ?? []).count { position in
            let object = collection?.objects[Int(position)]
            return object?.text("status") != "canceled" && object?.text("status") != "incomplete_expired"
        }
        guard count < subscriptionsOfCustomerMax else {
            throw .invalid(
                "A customer of a test clock can have at most \(subscriptionsOfCustomerMax) subscriptions.",
                param: "customer")
        }
    }

    private static func remove(_ id: String, _ account: inout Account, _ cause: Cause) -> JSONObject {
        for customer in members(.customer, of: id, account) {
            Subscriptions.leave(customer, &account, cause)
            _ = account.delete(.customer, id: customer, event: "customer.deleted", cause)
        }
        account.agenda.forget(clock: id)
        return account.delete(.testClock, id: id, event: "test_helpers.test_clock.deleted", cause)
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"test_helpers.test_clock","created":0,"deletes_after":0,"frozen_time":0,"livemode":false,
        "name":null,"status":"ready","status_details":{}}
        """#)
}

// MARK: How far a clock goes at once

extension TestClocks {
    private static func check(_ target: Int64, of clock: JSONObject, _ account: Account) throws(StripeError) {
        let frozen = clock.integer("frozen_time")
        guard target > frozen else {
            throw .invalid(
                "The frozen time of this clock is \(words(frozen)). You can only advance it to a later time.",
                param: "frozen_time")
        }
        let limit = limit(of: clock.text("id") ?? "", from: frozen, account)
        guard target <= limit else {
            throw .invalid(
                "The frozen time of this clock is \(words(frozen)). You can only advance it up to \(words(limit)). "
                    + "You can only advance a test clock up to two intervals from the current frozen time at a time, "
                    + "based on the shortest subscription interval in the test clock.", param: "frozen_time")
        }
    }

    /// Two intervals of the shortest price of the clock's subscriptions and schedules; two years when there is none.
    private static func limit(of clock: String, from frozen: Int64, _ account: Account) -> Int64 {
        var prices = members(.subscription, of: clock, account).flatMap { id -> [JSONValue] in
            guard let tree = account.store.object(.subscription, id: id)?.tree,
                !["canceled", "incomplete_expired"].contains(tree.text("status") ?? "")
            else { return [] }
            return SubscriptionItems.of(tree).compactMap { $0["price"] }
        }
        prices += members(.subscriptionSchedule, of: clock, account).flatMap { id -> [JSONValue] in
            guard let tree = account.store.object(.subscriptionSchedule, id: id)?.tree,
                SubscriptionSchedules.isOpen(tree)
            else { return [] }
            let items = SchedulePhases.of(tree).flatMap { $0["items"]?.arrayValue ?? [] }
            return items.compactMap { item in
                account.store.object("price", id: item["price"]?.stringValue ?? "").map { .object($0.tree) }
            }
        }
        let limits = prices.compactMap { price -> Int64? in
            guard let recurring = price["recurring"], let interval = recurring["interval"]?.stringValue else {
                return nil
            }
            let count = recurring["interval_count"]?.integerValue ?? 1
            return BillingPeriod.after(frozen, interval: interval, count: 2 * min(count, BillingPeriod.countMax / 2))
        }
        return limits.min() ?? BillingPeriod.after(frozen, interval: "year", count: 2)
    }

    private static func words(_ time: Int64) -> String {
        "\(time) (\(CivilTime.spaced(time)) UTC)"
    }
}

// MARK: What belongs to which clock

extension TestClocks {
    /// The clock in whose time a call happens: that of what its path or its parameters name.
    static func clock(ofCall path: [(name: String, value: String)], _ form: FormMap, _ account: Account) -> String? {
        guard isUsed(account) else { return nil }
        for (_, id) in path {
            if let clock = clock(of: id, account) { return clock }
        }
        for name in ["test_clock"] + links + ["from_subscription", "schedule", "quote"] {
            if let id = form.given(name), let clock = clock(of: id, account) { return clock }
        }
        return nil
    }

    /// The clock to which an object belongs, by itself or through its customer.
    static func clock(of id: String, _ account: Account, depth: Int = 0) -> String? {
        guard depth < 4, let kind = kind(of: id), let object = account.store.object(kind, id: id), !object.isDeleted
        else { return nil }
        if kind == .testClock { return id }
        if let clock = object.text("test_clock") { return clock }
        for link in links {
            if let next = object.text(link), let clock = clock(of: next, account, depth: depth + 1) { return clock }
        }
        return nil
    }

    /// Whether the account has or had a clock; if not, nothing needs to be looked up.
    static func isUsed(_ account: Account) -> Bool {
        account.store.collection(.testClock) != nil
    }

    /// Whether a list call names a clock or an owner; other lists leave out what belongs to clocks.
    static func isNamed(in form: FormMap) -> Bool {
        (["test_clock"] + links).contains { form.given($0) != nil }
    }

    /// The time that a clock shows.
    static func frozenTime(_ clock: String, _ account: Account) -> Int64? {
        account.store.object(.testClock, id: clock).flatMap { $0.tree["frozen_time"]?.integerValue }
    }

    /// The ids of the clock's objects of a kind that shows its clock.
    static func members(_ kind: ObjectKind, of clock: String, _ account: Account) -> [String] {
        guard let collection = account.store.collection(kind) else { return [] }
        if let positions = collection.positions(where: "test_clock", is: clock) {
            return positions.map { collection.objects[Int($0)].id }
        }
        return collection.objects.filter { !$0.isDeleted && $0.text("test_clock") == clock }.map(\.id)
    }

    /// The members through which an object belongs to another.
    private static let links = ["customer", "subscription", "invoice", "charge", "payment_intent"]

    private static func kind(of id: String) -> ObjectKind? {
        guard let end = id.lastIndex(of: "_") else { return nil }
        return kinds[String(id[..<end])]
    }

    private static let kinds: [String: ObjectKind] = {
        let names = [
            "test_helpers.test_clock", "customer", "subscription", "subscription_item", "subscription_schedule",
            "invoice", "invoiceitem", "invoice_payment", "payment_intent", "setup_intent", "charge", "refund",
            "dispute", "quote", "payment_method", "card", "checkout.session", "credit_note",
        ]
        return Dictionary(names.map { (IDPrefixes.prefix($0), ObjectKind($0)) }) { first, _ in first }
    }()
}
