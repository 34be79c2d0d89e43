internal import KeybrakeStripe

/// Automatic payouts: on the days of its schedule, everything that is available in an account leaves for the bank.
///
///     daily · weekly on some weekdays · monthly on some days (the last, when the month is shorter) · manual
enum PayoutSchedule {
    /// What an account remembers of its automatic payouts.
    struct State: Sendable, Codable {
        /// The next day is on the agenda.
        fileprivate(set) var isPlanned = false
        /// The first balance transaction that may belong to no automatic payout yet.
        fileprivate(set) var cursor = 0
    }

    /// Puts the next day on the agenda, unless it is there or the account pays out by hand.
    static func plan(_ settings: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard !account.payoutState.isPlanned, interval(settings) != "manual" else { return }
        account.payoutState.isPlanned = true
        let day = CivilTime.startOfDay(cause.worldNow) + CivilTime.secondsPerDay
        account.agenda.addToWorld(.payoutDay, at: day)
    }

    /// A day begins.
    static func run(_ account: inout Account, _ cause: Cause) {
        account.payoutState.isPlanned = false
        guard let own = account.store.object(.account, id: account.id), !own.isDeleted else { return }
        let tree = own.tree
        let settings = tree.object("settings") ?? [:]
        plan(settings, &account, cause)
        guard tree.flag("payouts_enabled"), isPayoutDay(cause.now, settings) else { return }
        for (currency, purse) in account.ledger.purses.sorted(by: { $0.key < $1.key }) {
            let amount = purse.available - minimum(currency, account)
            guard amount > 0, let bank = ExternalAccounts.standard(currency, account),
                bank.text("status") != "errored"
            else { continue }
            payOut(amount, currency, to: bank.id, &account, cause)
        }
    }

    private static func payOut(
        _ amount: Int64, _ currency: String, to bank: String, _ account: inout Account, _ cause: Cause
    ) {
        let draft = Payouts.Draft(amount: amount, currency: currency, destination: bank, isAutomatic: true)
        // Nothing is read from parameters, so nothing can be refused.
        guard let id = try? Payouts.make(draft, FormMap(), &account, cause) else { return }
        for position in unsettled(currency, account) { account.store.give(.balanceTransaction, at: position, to: id) }
        account.payoutState.cursor = firstUnsettled(account)
    }

    /// The positions of the transactions whose money is there and has not left with an automatic payout.
    private static func unsettled(_ currency: String, _ account: Account) -> [Int] {
        guard let objects = account.store.collection(.balanceTransaction) else { return [] }
        return (account.payoutState.cursor..<objects.count).filter { position in
            let object = objects[position]
            return object.owner == nil && object.text("currency") == currency && object.text("status") == "available"
        }
    }

    private static func firstUnsettled(_ account: Account) -> Int {
        guard let objects = account.store.collection(.balanceTransaction) else { return 0 }
        return (account.payoutState.cursor..<objects.count).first { objects[$0].owner == nil } ?? objects.count
    }

    private static func interval(_ settings: JSONObject) -> String {
        settings["payouts"]?["schedule"]?["interval"]?.stringValue ?? "manual"
    }

    /// What has to stay in the account.
    private static func minimum(_ currency: String, _ account: Account) -> Int64 {
        let settings = account.store.object(BalanceSettings.kind, id: BalanceSettings.kind.name)?.tree
        let minima = settings?["payments"]?["payouts"]?["minimum_balance_by_currency"]
        return max(0, minima?[currency]?.integerValue ?? 0)
    }

    private static func isPayoutDay(_ now: Int64, _ settings: JSONObject) -> Bool {
        let schedule = settings["payouts"]?["schedule"]
        switch interval(settings) {
        case "daily": return true
        case "weekly":
            let days = schedule?["weekly_payout_days"]?.arrayValue?.compactMap(\.stringValue)
            return (days ?? [schedule?["weekly_anchor"]?.stringValue ?? "friday"]).contains(weekday(now))
        case "monthly":
            let days = schedule?["monthly_payout_days"]?.arrayValue?.compactMap(\.integerValue)
            let wanted = days ?? [schedule?["monthly_anchor"]?.integerValue ?? 1]
            let today = Int64(CivilTime.date(now).day)
            let isLast = CivilTime.date(now + CivilTime.secondsPerDay).day == 1
            return wanted.contains { $0 == today || isLast && $0 > today }
        default: return false
        }
    }

    private static func weekday(_ now: Int64) -> String {
        // The first of January 1970 was a Thursday.
        let names = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"]
        let days = now / CivilTime.secondsPerDay
        return names[Int(((days % 7) + 7) % 7)]
    }
}
