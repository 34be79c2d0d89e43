/// The shape of a UUID in text: 36 bytes, hexadecimal digits with four hyphens.
enum UUIDText {
    static func isUUID(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count == 36 else { return false }
        for index in 0..<36 {
            let byte = text[index]
            switch index {
            case 8, 13, 18, 23: guard byte == 0x2D else { return false }
            default:
                guard byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 else { return false }
            }
        }
        return true
    }

    static func hasUpperCase(_ text: UnsafeRawBufferPointer) -> Bool {
        text.contains { $0 &- 0x41 < 26 }
    }

    static func lowercased(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        text.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }

    /// In how many digits two UUIDs of lower case differ, counting no further than `limit + 1`.
    static func distance(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer, limit: Int) -> Int {
        guard one.count == other.count, one.count == 36 else { return limit + 1 }
        // Few changes leave whole words alike, so nearly every pair is told apart by a look at four of them.
        var alike = 0
        for at in stride(from: 0, to: 32, by: 8) {
            let left = one.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            if left == other.loadUnaligned(fromByteOffset: at, as: UInt64.self) { alike += 1 }
        }
        guard alike + limit >= 4 else { return limit + 1 }
        var differing = 0
        for index in 0..<one.count where one[index] != other[index] {
            differing += 1
            if differing > limit { break }
        }
        return differing
    }
}
