import Glibc

/// Random numbers that can be had again: a failing test names its seed, and `KEYBRAKE_TEST_SEED=<seed>` repeats it.
struct SeededGenerator: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// A new seed on every run, unless the environment names one.
    static func fresh() -> SeededGenerator {
        let wanted = getenv("KEYBRAKE_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
        return SeededGenerator(seed: wanted ?? .random(in: 0 ... .max))
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

extension SeededGenerator {
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func chance(_ oneIn: Int) -> Bool { number(1...oneIn) == 1 }

    /// A short text of characters that syntaxes care about, and a few that they should not.
    mutating func text(_ length: ClosedRange<Int>, of alphabet: [Character] = Array("ab1 +%&=[]~_.\"\\/\n\u{0}é€😀"))
        -> String
    {
        String((0..<number(length)).map { _ in alphabet[number(0...alphabet.count - 1)] })
    }
}
