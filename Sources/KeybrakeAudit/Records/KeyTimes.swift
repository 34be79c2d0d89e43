internal import KeybrakeLedger

/// When vault keys began and ceased to live, by their number in the books. Microseconds since 1970.
struct KeyTimes {
    private(set) var rows: [VaultKeyRow] = []
    private var begins: [Int64] = [.max]
    private var ends: [Int64] = [.min]

    init(_ rows: [VaultKeyRow]) {
        self.rows = rows
        for row in rows {
            begins.append(row.createdAtMicroseconds)
            ends.append([row.expiresAtMicroseconds, row.revokedAtMicroseconds, row.pausedAtMicroseconds]
                .compactMap(\.self).min() ?? .max)
        }
    }

    /// How a key stood at some moment.
    enum Standing { case alive, notYet, over, unknownKey }

    /// How the key of that number stood.
    func standing(_ key: UInt32, atMicroseconds: Int64) -> Standing {
        guard key != 0, Int(key) < begins.count else { return .unknownKey }
        if atMicroseconds < begins[Int(key)] { return .notYet }
        return atMicroseconds > ends[Int(key)] ? .over : .alive
    }

    /// The row of the key of that number.
    func row(_ key: UInt32) -> VaultKeyRow? {
        key != 0 && Int(key) <= rows.count ? rows[Int(key) - 1] : nil
    }
}
