/// The value of `Date`, prepared once a second.
struct DateHeader {
    private var second = Int64.min
    private var text: [UInt8] = []

    /// The date of that second since 1970 in the form of RFC 9110, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    mutating func bytes(atSecond second: Int64) -> [UInt8] {
        if second != self.second {
            self.second = second
            text = Self.bytes(of: second)
        }
        return text
    }

    private static func bytes(of second: Int64) -> [UInt8] {
        let days = Self.floorDivide(second, 86_400)
        let time = second - days * 86_400
        let (year, month, day) = Self.civil(days: days)
        // The first of January 1970 was a Thursday.
        let weekday = Int(((days + 4) % 7 + 7) % 7)
        var text = Array(weekdays[weekday].utf8) + Array(", ".utf8)
        text += Self.digits(day) + Array(" \(months[month - 1]) ".utf8)
        text += Self.digits(year / 100) + Self.digits(year % 100) + [UInt8(ascii: " ")]
        text += Self.digits(Int(time / 3_600)) + [ByteClass.colon]
        text += Self.digits(Int(time / 60 % 60)) + [ByteClass.colon]
        return text + Self.digits(Int(time % 60)) + Array(" GMT".utf8)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func digits(_ number: Int) -> [UInt8] {
        [UInt8(ascii: "0") + UInt8(number / 10 % 10), UInt8(ascii: "0") + UInt8(number % 10)]
    }

    /// Year, month and day of that many days since 1970, counted from March so that the leap day comes last.
    private static func civil(days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        let month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
