internal import KeybrakeStripe

/// How an account's balance is paid out: the schedule that its own object shows too, and what has to stay.
enum BalanceSettings {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/balance_settings", retrieve),
        ("POST /v1/balance_settings", update),
    ]

    static let kind = ObjectKind("balance_settings")

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(try settings(&account, call.cause))
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var tree = try Accounts.own(&account, call.cause).tree
        var settings = try settings(&account, call.cause)
        guard let given = call.form.map("payments") else { return .object(settings) }
        try write(given, to: &tree)
        keepMinima(given, in: &settings)
        account.store.insert(kind, StoredObject(id: kind.name, created: call.now, bytes: settings.bytes))
        Accounts.refresh(tree, &account, call.cause)
        PayoutSchedule.plan(tree.object("settings") ?? [:], &account, call.cause)
        let changed = try Self.settings(&account, call.cause)
        account.store.insert(kind, StoredObject(id: kind.name, created: call.now, bytes: changed.bytes))
        account.emit("balance_settings.updated", object: changed.bytes, call.cause)
        return .object(changed)
    }

    /// The settings as the account's own object has them, with the minima that only they know.
    private static func settings(_ account: inout Account, _ cause: Cause) throws(StripeError) -> JSONObject {
        let own = try Accounts.own(&account, cause).tree
        let payouts = own["settings"]?["payouts"]
        let schedule = payouts?["schedule"]
        let kept = account.store.object(kind, id: kind.name)?.tree["payments"]?["payouts"]
        var shown: JSONObject = ["interval": schedule?["interval"] ?? .null]
        for name in ["monthly_payout_days", "weekly_payout_days"] {
            if let days = schedule?[name] { shown[name] = days }
        }
        return [
            "object": "balance_settings",
            "payments": [
                "debit_negative_balances": payouts?["debit_negative_balances"] ?? .null,
                "payouts": [
                    "minimum_balance_by_currency": kept?["minimum_balance_by_currency"] ?? .null,
                    "schedule": .object(shown), "statement_descriptor": payouts?["statement_descriptor"] ?? .null,
                    "status": own.flag("payouts_enabled") ? "enabled" : "disabled",
                ],
                "settlement_timing": ["delay_days": schedule?["delay_days"] ?? 2],
            ],
        ]
    }

    private static func write(_ form: FormMap, to account: inout JSONObject) throws(StripeError) {
        var settings = account.object("settings") ?? [:]
        var payouts = settings.object("payouts") ?? [:]
        var schedule = payouts.object("schedule") ?? [:]
        let given = form.map("payouts")
        if let flag = form.flag("debit_negative_balances") { payouts.set("debit_negative_balances", flag) }
        if let text = given?.text("statement_descriptor") {
            payouts.set("statement_descriptor", text.isEmpty ? nil : text)
        }
        if let interval = given?.map("schedule")?.given("interval") { schedule.set("interval", interval) }
        if let days = given?.map("schedule")?["weekly_payout_days"]?.list {
            schedule["weekly_payout_days"] = .array(days.compactMap { $0.text.map { .string($0) } })
        }
        if let days = given?.map("schedule")?["monthly_payout_days"]?.list {
            let numbers = days.compactMap { $0.text.flatMap { Int64($0) } }
            guard numbers.allSatisfy({ (1...31).contains($0) }) else {
                throw .invalid(
                    "Days of a month are between 1 and 31.", param: "payments[payouts][schedule][monthly_payout_days]")
            }
            schedule["monthly_payout_days"] = .array(numbers.map { .integer($0) })
        }
        let delay = form.map("settlement_timing")?.integer("delay_days_override")
        try AmountLimits.check(delay, 0...365, param: "payments[settlement_timing][delay_days_override]")
        if let delay { schedule.set("delay_days", delay) }
        payouts.set("schedule", schedule)
        settings.set("payouts", payouts)
        account.set("settings", settings)
    }

    private static func keepMinima(_ form: FormMap, in settings: inout JSONObject) {
        guard let given = form.map("payouts")?["minimum_balance_by_currency"],
            var payments = settings.object("payments"), var payouts = payments.object("payouts")
        else { return }
        var minima = payouts.object("minimum_balance_by_currency") ?? [:]
        for field in given.map?.fields ?? [] {
            minima[field.name] = field.value.text.flatMap { Int64($0) }.map { .integer(AmountLimits.clamped($0)) }
        }
        payouts["minimum_balance_by_currency"] = given.text == "" || minima.isEmpty ? .null : .object(minima)
        payments.set("payouts", payouts)
        settings.set("payments", payments)
    }
}
