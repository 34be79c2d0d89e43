internal import KeybrakeCrypto

/// The secrets of an account's webhook endpoints. They follow from the account's seed, so only what was rolled is
/// remembered.
struct WebhookSecrets: Sendable, Codable {
    /// How many secrets of an endpoint are valid at a time.
    static let validMax = 5
    /// How long the secret from before can stay valid.
    static let overlapSecondsMax: Int64 = 86_400

    /// How often an endpoint's secret was rolled, and which older ones are valid until when.
    private struct Rolls: Sendable, Codable {
        struct Older: Sendable, Codable {
            let generation: Int
            let validUntil: Int64
        }

        var generation = 0
        var older: [Older] = []
    }

    private let seed: UInt64
    private var rolls: [String: Rolls] = [:]

    init(seed: UInt64) {
        self.seed = seed
    }

    /// The endpoint's valid secrets, the newest first.
    func valid(_ endpoint: String, now: Int64) -> [String] {
        guard let rolls = rolls[endpoint] else { return [secret(endpoint, 0)] }
        let older = rolls.older.filter { $0.validUntil > now }.map(\.generation).reversed()
        return ([rolls.generation] + older).map { secret(endpoint, $0) }
    }

    /// Gives an endpoint a new secret; the one from before stays valid that long.
    mutating func roll(_ endpoint: String, keepingOldFor seconds: Int64, now: Int64) -> String {
        var entry = rolls[endpoint] ?? Rolls()
        entry.older = Array(entry.older.filter { $0.validUntil > now }.suffix(Self.validMax - 2))
        if seconds > 0 { entry.older.append(.init(generation: entry.generation, validUntil: now + seconds)) }
        entry.generation += 1
        rolls[endpoint] = entry
        return secret(endpoint, entry.generation)
    }

    /// The value of `Stripe-Signature` for a body sent at that time: one signature for each valid secret.
    func signature(of body: [UInt8], endpoint: String, atUnixSeconds time: Int64, isBad: Bool) -> String {
        let signed = Array("\(time).".utf8) + body
        let secrets = isBad ? ["whsec_of_someone_else"] : valid(endpoint, now: time)
        return secrets.reduce("t=\(time)") { text, secret in
            text + ",v1=" + Hexadecimal.text(HMACSHA256.code(signed, key: Array(secret.utf8)))
        }
    }

    private func secret(_ endpoint: String, _ generation: Int) -> String {
        let name = generation == 0 ? "secret of \(endpoint)" : "secret \(generation) of \(endpoint)"
        var source = IDSource(seed: seed, name: name)
        return source.next("whsec", length: 32)
    }
}
