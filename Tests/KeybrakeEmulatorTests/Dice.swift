/// Random numbers that a printed seed brings back.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A seed from the system, or the one to repeat.
    static func seed(_ fixed: UInt64? = nil) -> UInt64 {
        fixed ?? UInt64.random(in: 1...UInt64(UInt32.max))
    }
}
