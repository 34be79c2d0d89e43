/// Makes the ids of one account: they look random, and are the same on every run from the same seed.
struct IDSource: Sendable, Codable {
    private let seed: UInt64
    private var counter: UInt64 = 0

    init(seed: UInt64, name: String) {
        self.seed = StableHash.of(name, seed: seed)
    }

    /// A new id such as `ch_3Qx…`: the prefix, an underscore, and that many letters and digits.
    mutating func next(_ prefix: String, length: Int = 24) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(prefix.utf8.count + 1 + length)
        text.append(contentsOf: prefix.utf8)
        text.append(UInt8(ascii: "_"))
        append(length: length, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Letters and digits alone.
    mutating func letters(_ length: Int) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(length)
        append(length: length, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func append(length: Int, to text: inout [UInt8]) {
        var left = length
        while left > 0 {
            counter &+= 1
            var value = StableHash.mix(seed &+ counter &* 0x9E37_79B9_7F4A_7C15)
            for _ in 0..<min(8, left) {
                text.append(Self.alphabet[Int(value % 62)])
                value /= 62
            }
            left -= 8
        }
    }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}

/// Hashes that are the same on every run and machine, unlike Swift's own.
enum StableHash {
    /// FNV-1a of the text's bytes, then mixed.
    static func of(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ mix(seed &+ 0x9E37_79B9_7F4A_7C15)
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return mix(hash)
    }

    /// The finaliser of SplitMix64: every bit of the input touches every bit of the output.
    static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
