internal import KeybrakeCrypto

/// Stand-ins for secrets.
///
/// A long random secret becomes a name derived from it, the same each time, so that two places that held the same
/// secret still agree. A short or guessable one becomes a constant: a digest of it could be searched for.
enum Pseudonym {
    /// What stands for a value of which nothing may be kept. Every stand-in contains it.
    static let constant = "redacted"
    /// Shorter secrets might be guessed.
    private static let guessableCharactersMax = 19

    /// The stand-in of a secret, after a prefix that says what it was, such as `whsec_`.
    static func token(_ secret: String, keeping prefix: Substring = "") -> String {
        guard secret.utf8.count - prefix.utf8.count > guessableCharactersMax else { return prefix + constant }
        return prefix + constant + Hexadecimal.text(SHA256Digest(hashing: secret).bytes.prefix(8))
    }

    /// Whether what follows a token's prefix is a stand-in already: the constant, alone or with sixteen digits.
    static func isPseudonym(_ text: some Collection<UInt8>) -> Bool {
        guard text.starts(with: constant.utf8) else { return false }
        let digits = text.dropFirst(constant.utf8.count)
        return digits.isEmpty
            || digits.count == 16 && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Whether a whole credential is a stand-in already, with or without a token's prefix.
    static func isStandIn(_ text: String) -> Bool {
        if isPseudonym(text.utf8) { return true }
        return TokenPrefix.all.contains { $0.precedesPseudonym(in: text) }
            || TokenPrefix.embedded.contains { $0.precedesPseudonym(in: text) }
    }

    /// The stand-in of an account or routing number: its last four characters at most.
    static func lastFour(_ number: String) -> String {
        if number.hasPrefix(constant) { return number }
        return number.utf8.count < 8 ? constant : "\(constant)-\(number.suffix(4))"
    }
}
