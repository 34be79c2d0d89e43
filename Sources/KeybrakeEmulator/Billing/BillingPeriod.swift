internal import KeybrakeStripe

/// Calendar steps of subscriptions.
enum BillingPeriod {
    /// Three years of days.
    static let countMax: Int64 = 1_095

    /// The same day that many intervals later; a day that the month does not have becomes its last.
    static func after(_ start: Int64, interval: String, count: Int64) -> Int64 {
        let interval = BillingInterval(unit: interval, count: min(max(count, 1), countMax))
        return BillingCycle(anchor: start).boundary(1, interval)
    }
}

/// How often a price is billed: every so many days, weeks, months or years.
struct BillingInterval: Sendable, Hashable {
    let unit: String
    let count: Int64

    init(unit: String, count: Int64) {
        self.unit = unit
        self.count = min(max(count, 1), BillingPeriod.countMax)
    }

    /// The interval of a recurring price; a month when it does not say.
    init(price: JSONValue?) {
        let recurring = price?["recurring"]
        self.init(
            unit: recurring?["interval"]?.stringValue ?? "month", count: recurring?["interval_count"]?.integerValue ?? 1
        )
    }

    /// `nil` for those that follow the calendar.
    fileprivate var seconds: Int64? {
        switch unit {
        case "day": count * CivilTime.secondsPerDay
        case "week": count * 7 * CivilTime.secondsPerDay
        default: nil
        }
    }

    fileprivate var months: Int64 { unit == "year" ? count * 12 : count }

    /// `month`, `3 months`, as descriptions of lines say it.
    var words: String { count == 1 ? unit : "\(count) \(unit)s" }
}

/// The days on which a subscription is billed: whole intervals before and after its anchor.
///
/// Every boundary is counted from the anchor, so that a subscription of 31 January renews on 28 February and then again
/// on 31 March.
struct BillingCycle: Sendable {
    let anchor: Int64
    /// The day that is wanted in months that have it, when that is not the anchor's own.
    var dayOfMonth: Int?

    /// Times beyond some thousands of years are taken as these: nothing is billed then, but seeds may name them.
    private static let times: ClosedRange<Int64> = -100_000_000_000...100_000_000_000

    init(anchor: Int64, dayOfMonth: Int? = nil) {
        self.anchor = Self.bounded(anchor)
        self.dayOfMonth = dayOfMonth.map { min(max($0, 1), 31) }
    }

    init(_ subscription: JSONObject) {
        let day = subscription["billing_cycle_anchor_config"]?["day_of_month"]?.integerValue
        self.init(anchor: subscription.integer("billing_cycle_anchor"), dayOfMonth: day.map { Int($0) })
    }

    private static func bounded(_ time: Int64) -> Int64 {
        min(max(time, times.lowerBound), times.upperBound)
    }

    /// The boundary that many intervals after the anchor, or before it when the number is negative.
    func boundary(_ index: Int64, _ interval: BillingInterval) -> Int64 {
        let index = min(max(index, -3_000_000), 3_000_000)
        if let seconds = interval.seconds { return anchor + index * seconds }
        let date = CivilTime.date(anchor)
        let total = Int64(date.year) * 12 + Int64(date.month) - 1 + index * interval.months
        let year = Int(total.quotientRoundedDown(by: 12))
        let month = Int(total - Int64(year) * 12) + 1
        let day = min(dayOfMonth ?? date.day, Self.daysInMonth(year, month))
        return CivilTime.unixSeconds(year: year, month: month, day: day) + anchor - CivilTime.startOfDay(anchor)
    }

    /// The first boundary after a time.
    func next(after time: Int64, _ interval: BillingInterval) -> Int64 {
        boundary(index(after: time, interval), interval)
    }

    /// How long the whole interval is that ends with or around a time.
    func length(endingAt end: Int64, _ interval: BillingInterval) -> Int64 {
        let index = index(after: end - 1, interval)
        return max(1, boundary(index, interval) - boundary(index - 1, interval))
    }

    private func index(after given: Int64, _ interval: BillingInterval) -> Int64 {
        let time = Self.bounded(given)
        if let seconds = interval.seconds { return (time - anchor).quotientRoundedDown(by: seconds) + 1 }
        let (from, to) = (CivilTime.date(anchor), CivilTime.date(time))
        let months = Int64(to.year - from.year) * 12 + Int64(to.month - from.month)
        var index = months.quotientRoundedDown(by: interval.months)
        while boundary(index, interval) <= time { index += 1 }
        while boundary(index - 1, interval) > time { index -= 1 }
        return index
    }

    static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        let span =
            CivilTime.unixSeconds(year: next.0, month: next.1, day: 1)
            - CivilTime.unixSeconds(year: year, month: month, day: 1)
        return Int(span / CivilTime.secondsPerDay)
    }
}

extension Int64 {
    /// The quotient, rounded towards negative infinity.
    fileprivate func quotientRoundedDown(by divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
