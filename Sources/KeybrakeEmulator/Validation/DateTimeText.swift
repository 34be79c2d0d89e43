internal import KeybrakeStripe

/// Times as the second API writes them: RFC 3339, such as `2026-11-22T16:40:00Z` or `2026-11-22T18:40:00.5+02:00`.
enum DateTimeText {
    /// The Unix seconds; parts of seconds are cut off. `nil` for anything that is no such time.
    static func unixSeconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard (20...40).contains(bytes.count), bytes[4] == dash, bytes[7] == dash,
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"), bytes[13] == colon, bytes[16] == colon,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]), (1...12).contains(month), (1...31).contains(day), hour < 24,
            minute < 60, second < 61, let shift = shift(fraction(bytes[19...]))
        else { return nil }
        let seconds = CivilTime.unixSeconds(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        // A day that its month does not have would count into the next one.
        guard CivilTime.date(seconds - (second == 60 ? 1 : 0)).day == day else { return nil }
        return seconds - shift
    }

    /// What follows the part of a second.
    private static func fraction(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.first == UInt8(ascii: "."), bytes.dropFirst().first.map(isDigit) == true else { return bytes }
        return bytes.dropFirst().drop(while: isDigit)
    }

    /// How far ahead of UTC the time is, in seconds.
    private static func shift(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(bytes)
        if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == dash, bytes[3] == colon,
            let hours = number(bytes[1..<3]), let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        let seconds = Int64(hours * 3_600 + minutes * 60)
        return bytes[0] == dash ? -seconds : seconds
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.allSatisfy(isDigit) ? digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static let dash = UInt8(ascii: "-")
    private static let colon = UInt8(ascii: ":")
}
