internal import KeybrakeStripe

/// Times as records write them: RFC 3339 in UTC with microseconds.
enum RecordTime {
    /// `2026-11-22T16:40:00.000123Z`.
    static func text(_ microseconds: Int64) -> String {
        let seconds = microseconds.quotient(flooring: 1_000_000)
        let fraction = String(microseconds - seconds * 1_000_000)
        let zeros = String(repeating: "0", count: 6 - fraction.utf8.count)
        return "\(CivilTime.rfc3339(seconds).dropLast()).\(zeros)\(fraction)Z"
    }

    /// Microseconds since 1970 of an RFC 3339 time in UTC, with up to six digits of a second's fraction.
    static func microseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19])
        else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), let digits = number(bytes[20..<min(26, bytes.count - 1)]) else {
                return nil
            }
            fraction = Int64(digits)
            for _ in min(26, bytes.count - 1)..<26 { fraction *= 10 }
        }
        let seconds = CivilTime.unixSeconds(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        return seconds * 1_000_000 + fraction
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity.
    fileprivate func quotient(flooring divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
