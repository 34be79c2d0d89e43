/// Recognises keys and secrets that ended up where they do not belong, so that they are not written down.
enum SecretText {
    /// Whether a text holds what looks like a vault key or a credential of Stripe's. For short texts.
    static func isLikely(_ text: String) -> Bool {
        // Every mark has an underscore, which most conversation ids and idempotency keys have not.
        guard text.utf8.contains(UInt8(ascii: "_")) else { return false }
        var bytes = Substring(text).utf8
        while !bytes.isEmpty {
            if marks.contains(where: { bytes.starts(with: $0) }) { return true }
            bytes = bytes.dropFirst()
        }
        return false
    }

    private static let marks = [
        "sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_", "vk_live_", "vk_test_", "whsec_",
    ].map { Array($0.utf8) }
}
