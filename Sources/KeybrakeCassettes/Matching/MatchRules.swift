/// What counts as the same request beyond operation, path, account and parameters.
package struct MatchRules: Sendable {
    /// API versions must agree where both the recorded and the sent request name one; redaction as usual.
    package static let standard = MatchRules(comparesAPIVersion: true, redaction: .standard)

    /// Whether a request with another `Stripe-Version` than the recorded one is a miss. Answers of another version have
    /// another shape, so a test that passes on them proves nothing.
    package let comparesAPIVersion: Bool
    /// How the cassette was redacted. Requests are redacted in the same way before they are compared.
    package let redaction: RedactionRules

    package init(comparesAPIVersion: Bool, redaction: RedactionRules) {
        self.comparesAPIVersion = comparesAPIVersion
        self.redaction = redaction
    }

    func allow(_ sent: String?, recorded: String?) -> Bool {
        guard comparesAPIVersion, let sent, let recorded else { return true }
        return sent == recorded
    }
}
