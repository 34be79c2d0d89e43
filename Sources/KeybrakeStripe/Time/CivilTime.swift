/// Calendar arithmetic on Unix seconds, in UTC, without Foundation.
///
/// Days are counted in the proleptic Gregorian calendar (the algorithm is the well-known one of civil days).
package enum CivilTime {
    /// The seconds in one UTC day.
    package static let secondsPerDay: Int64 = 86_400

    /// Year, month 1…12 and day 1…31 of the UTC day in which `unixSeconds` lies.
    package static func date(_ unixSeconds: Int64) -> (year: Int, month: Int, day: Int) {
        let days = floorDivide(unixSeconds, secondsPerDay) + 719_468
        let era = floorDivide(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), Int(month), Int(day))
    }

    /// The Unix seconds of a UTC date and time. Fields are taken as they are, without checking their range.
    package static func unixSeconds(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
    ) -> Int64 {
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * secondsPerDay + Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second)
    }

    /// `2026-11-22T16:40:00Z`.
    package static func rfc3339(_ unixSeconds: Int64) -> String {
        let (year, month, day) = date(unixSeconds)
        let (hour, minute, second) = timeOfDay(unixSeconds)
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2))Z"
    }

    /// `2026-11-22 16:40:00`, as Stripe's exports write a UTC time.
    package static func spaced(_ unixSeconds: Int64) -> String {
        let (year, month, day) = date(unixSeconds)
        let (hour, minute, second) = timeOfDay(unixSeconds)
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2)) \(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2))"
    }

    /// Hour, minute and second of the UTC day.
    package static func timeOfDay(_ unixSeconds: Int64) -> (hour: Int, minute: Int, second: Int) {
        let second = Int(unixSeconds - floorDivide(unixSeconds, secondsPerDay) * secondsPerDay)
        return (second / 3_600, second % 3_600 / 60, second % 60)
    }

    /// The beginning of the UTC day in which `unixSeconds` lies.
    package static func startOfDay(_ unixSeconds: Int64) -> Int64 {
        floorDivide(unixSeconds, secondsPerDay) * secondsPerDay
    }

    private static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let quotient = dividend / divisor
        return dividend % divisor < 0 ? quotient - 1 : quotient
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
