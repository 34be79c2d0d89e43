internal import KeybrakeStripe

/// Calendar steps of subscriptions.
enum BillingPeriod {
    /// Three years of days.
    static let countMax: Int64 = 1_095

    /// The same day that many intervals later; a day that the month does not have becomes its last.
    static func after(_ start: Int64, interval: String, count: Int64) -> Int64 {
        let count = min(max(count, 1), countMax)
        switch interval {
        case "day": return start + count * CivilTime.secondsPerDay
        case "week": return start + count * 7 * CivilTime.secondsPerDay
        default:
            let months = interval == "year" ? count * 12 : count
            let date = CivilTime.date(start)
            let total = Int64(date.year) * 12 + Int64(date.month) - 1 + months
            let year = Int(total / 12)
            let month = Int(total % 12) + 1
            let day = min(date.day, daysInMonth(year, month))
            let time = start - CivilTime.startOfDay(start)
            return CivilTime.unixSeconds(year: year, month: month, day: day) + time
        }
    }

    private static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        let span =
            CivilTime.unixSeconds(year: next.0, month: next.1, day: 1)
            - CivilTime.unixSeconds(year: year, month: month, day: 1)
        return Int(span / CivilTime.secondsPerDay)
    }
}
