/// A beginning that only secrets have.
struct TokenPrefix {
    let text: StaticString
    let kind: SecretScanner.Kind
    /// How many bytes must follow; fewer are an example or a mask.
    let restBytesMin: Int
    /// The position of the underscore at which the search for it inside a word begins.
    var anchor = 0

    /// What a secret word begins with. The longer of two that begin alike stands first.
    static let all: [TokenPrefix] = [
        TokenPrefix(text: "sk_live_", kind: .stripeKey, restBytesMin: 3),
        TokenPrefix(text: "sk_test_", kind: .stripeKey, restBytesMin: 3),
        TokenPrefix(text: "rk_live_", kind: .stripeKey, restBytesMin: 3),
        TokenPrefix(text: "rk_test_", kind: .stripeKey, restBytesMin: 3),
        TokenPrefix(text: "pk_live_", kind: .stripeKey, restBytesMin: 3),
        TokenPrefix(text: "ek_live_", kind: .stripeKey, restBytesMin: 3),
        TokenPrefix(text: "ek_test_", kind: .stripeKey, restBytesMin: 3),
        TokenPrefix(text: "sk_", kind: .stripeKey, restBytesMin: 16),
        TokenPrefix(text: "rk_", kind: .stripeKey, restBytesMin: 16),
        TokenPrefix(text: "rt_", kind: .stripeKey, restBytesMin: 24),
        TokenPrefix(text: "whsec_", kind: .webhookSecret, restBytesMin: 3),
        TokenPrefix(text: "vk_", kind: .vaultKey, restBytesMin: 8),
        TokenPrefix(text: "ghp_", kind: .otherServiceKey, restBytesMin: 20),
        TokenPrefix(text: "github_pat_", kind: .otherServiceKey, restBytesMin: 20),
        TokenPrefix(text: "AKIA", kind: .otherServiceKey, restBytesMin: 16),
    ]

    /// What makes a word secret wherever it stands in it.
    static let embedded: [TokenPrefix] = [
        TokenPrefix(text: "_secret_", kind: .clientSecret, restBytesMin: 4, anchor: 7),
        TokenPrefix(text: "sk_live_", kind: .stripeKey, restBytesMin: 8, anchor: 2),
        TokenPrefix(text: "rk_live_", kind: .stripeKey, restBytesMin: 8, anchor: 2),
        TokenPrefix(text: "sk_test_", kind: .stripeKey, restBytesMin: 8, anchor: 2),
        TokenPrefix(text: "rk_test_", kind: .stripeKey, restBytesMin: 8, anchor: 2),
        TokenPrefix(text: "whsec_", kind: .webhookSecret, restBytesMin: 8, anchor: 5),
        TokenPrefix(text: "vk_", kind: .vaultKey, restBytesMin: 20, anchor: 2),
    ]

    /// Whether a stand-in follows this prefix and ends the text.
    func precedesPseudonym(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { utf8 in
            guard let found = ByteSearch.first(self.text, in: utf8, from: 0) else { return false }
            return Pseudonym.isPseudonym(utf8[(found + self.text.utf8CodeUnitCount)...])
        }
    }
}
