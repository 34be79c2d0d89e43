internal import KeybrakeStripe

/// Reads the times of exports: `YYYY-MM-DD HH:MM[:SS]` in UTC, also with `T` and `Z`.
///
/// Rows of one day follow each other, so the day's beginning is remembered.
struct DateText {
    private var day: (UInt64, UInt16) = (0, 0)
    private var dayStart: Int64 = 0

    /// Unix seconds, or `nil` when the text is no such time.
    mutating func unixSeconds(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text.count >= 16, text[10] == 0x20 || text[10] == 0x54 else { return nil }
        let key = (text.loadUnaligned(as: UInt64.self), text.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
        if key != day {
            guard let start = Self.startOfDay(text) else { return nil }
            day = key
            dayStart = start
        }
        guard text[13] == 0x3A, let hour = Self.number(text, 11, 2), let minute = Self.number(text, 14, 2),
            hour < 24, minute < 60
        else { return nil }
        guard let second = Self.second(text), second <= 60 else { return nil }
        return dayStart + Int64(hour * 3_600 + minute * 60 + second)
    }

    /// Whether a text without seconds was read: then the time is known to the minute only.
    static func isToTheMinute(_ text: UnsafeRawBufferPointer) -> Bool { text.count < 19 }

    private static func second(_ text: UnsafeRawBufferPointer) -> Int? {
        switch text.count {
        case 16: return 0
        case 19: break
        case 20 where text[19] == 0x5A: break
        default: return nil
        }
        return text[16] == 0x3A ? number(text, 17, 2) : nil
    }

    private static func startOfDay(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text[4] == 0x2D, text[7] == 0x2D, let year = number(text, 0, 4), let month = number(text, 5, 2),
            let day = number(text, 8, 2), (1970...2105).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        return CivilTime.unixSeconds(year: year, month: month, day: day)
    }

    private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
