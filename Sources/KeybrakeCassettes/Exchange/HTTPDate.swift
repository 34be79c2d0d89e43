internal import KeybrakeStripe

/// Dates as HTTP headers write them: `Sun, 22 Nov 2026 16:40:00 GMT`.
enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(_ unixSeconds: Int64) -> String {
        let (year, month, day) = CivilTime.date(unixSeconds)
        // 1970 began on a Thursday.
        let days = CivilTime.startOfDay(unixSeconds) / CivilTime.secondsPerDay
        let weekday = weekdays[Int((days % 7 + 7) % 7)]
        let time = CivilTime.rfc3339(unixSeconds).dropFirst(11).dropLast()
        return "\(weekday), \(day < 10 ? "0" : "")\(day) \(months[month - 1]) \(year) \(time) GMT"
    }

    /// The Unix seconds of a date in that form; `nil` for anything else.
    static func unixSeconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]),
            let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3])
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (1...31).contains(day), (1900...9999).contains(year),
            time.allSatisfy({ (0...60).contains($0) })
        else { return nil }
        return CivilTime.unixSeconds(
            year: year, month: month + 1, day: day, hour: time[0], minute: time[1], second: time[2])
    }
}
