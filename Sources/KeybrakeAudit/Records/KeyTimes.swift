internal import KeybrakeLedger

/// When vault keys began and ceased to live, by their number in the books. Microseconds since 1970.
struct KeyTimes {
    private(set) var rows: [VaultKeyRow] = []
    private var lives: [(begin: Int64, end: Int64)] = [(.max, .min)]

    init(_ rows: [VaultKeyRow]) {
        self.rows = rows
        for row in rows {
            let ends = [row.expiresAtMicroseconds, row.revokedAtMicroseconds, row.pausedAtMicroseconds]
            lives.append((row.createdAtMicroseconds, ends.compactMap(\.self).min() ?? .max))
        }
    }

    /// How a key stood at some moment.
    enum Standing { case alive, notYet, over, unknownKey }

    /// How the key of that number stood.
    func standing(_ key: UInt32, atMicroseconds: Int64) -> Standing {
        guard key != 0, Int(key) < lives.count else { return .unknownKey }
        let life = lives[Int(key)]
        if atMicroseconds < life.begin { return .notYet }
        return atMicroseconds > life.end ? .over : .alive
    }

    /// The row of the key of that number.
    func row(_ key: UInt32) -> VaultKeyRow? {
        key != 0 && Int(key) <= rows.count ? rows[Int(key) - 1] : nil
    }
}
