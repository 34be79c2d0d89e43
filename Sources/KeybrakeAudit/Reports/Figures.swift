internal import KeybrakeStripe

/// Numbers as people read them.
enum Figures {
    /// `1007770` as `1,007,770`.
    static func count(_ number: Int) -> String {
        grouped(String(number.magnitude), sign: number < 0)
    }

    /// A sum in whole units with its currency, such as `1,234.50 usd`.
    static func money(_ sum: Int128, _ currency: CurrencyCode) -> String {
        let digits = currency.minorDigits
        var text = String(sum.magnitude)
        while text.utf8.count <= digits { text = "0" + text }
        let point = text.index(text.endIndex, offsetBy: -digits)
        let fraction = digits == 0 ? "" : "." + text[point...]
        return grouped(String(text[..<point]), sign: sum < 0) + fraction + " " + currency.text
    }

    /// Sums of several currencies, or a dash for none.
    static func money(_ sums: CurrencySums) -> String {
        let parts = sums.sorted.map { money($0.sum, $0.currency) }
        return parts.isEmpty ? "\u{2013}" : parts.joined(separator: ", ")
    }

    /// Bytes in the largest fitting unit, such as `364.2 MB`.
    static func bytes(_ count: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var tenths = count * 10
        var unit = 0
        while tenths >= 10_000, unit < units.count - 1 {
            tenths /= 1_000
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// A time as exports write it, or a dash.
    static func time(_ seconds: Int64?) -> String {
        seconds.map(CivilTime.spaced) ?? "\u{2013}"
    }

    /// `1 charge`, `2 charges`.
    static func of(_ number: Int, _ one: String, _ many: String) -> String {
        "\(count(number)) \(number == 1 ? one : many)"
    }

    private static func grouped(_ digits: String, sign: Bool) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (sign ? "-" : "") + text
    }
}
