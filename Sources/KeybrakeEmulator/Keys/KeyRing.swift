internal import KeybrakeStripe

/// What a world knows of keys. One that it does not know is good for everything that its kind allows.
///
/// A restricted key can also carry its permissions in its own text:
///
///     rk_test_charges_read__customers_write__anything
///
/// The parts are separated by two underscores; all but the last are permissions, and there is at least one.
struct KeyRing: Sendable, Codable {
    /// How many keys can be registered.
    static let keysMax = 10_000

    private struct Entry: Sendable, Codable {
        /// `nil`: everything.
        var permissions: Set<KeyPermission>?
        /// From this second of the world on, the key is expired.
        var expiresAt = Int64.max
    }

    private var entries: [String: Entry] = [:]

    /// Why a registration is refused.
    enum Refusal: Error, Equatable {
        case noTestKey
        case noPermission(String)
        case tooMany
    }

    /// Says what a key may do, and until when.
    mutating func register(_ key: String, permissions: [String]?, expiresAt: Int64?) throws(Refusal) {
        guard APIKeys.refusal(of: key) == nil else { throw .noTestKey }
        guard entries[key] != nil || entries.count < Self.keysMax else { throw .tooMany }
        var rights: Set<KeyPermission>?
        if let permissions {
            rights = []
            for name in permissions {
                guard let right = KeyPermission(name) else { throw .noPermission(name) }
                rights?.insert(right)
            }
        }
        entries[key] = Entry(permissions: rights, expiresAt: expiresAt ?? .max)
    }

    /// Why a key does not admit a call; `nil` when it does.
    func refusal(of call: EmulatorCall, account: String, now: Int64) -> StripeError? {
        let key = call.apiKey
        // A stream's key is the token of its session, which the account knows.
        if call.match.operation.name == MeteredEvents.streamName, APIKeys.Kind(key) == nil, !key.isEmpty { return nil }
        if let refusal = APIKeys.refusal(of: key) { return refusal }
        let entry = entries[key]
        if let entry, entry.expiresAt <= now { return APIKeys.expired(key) }
        switch APIKeys.Kind(key) {
        case .publishable?:
            return PublishableCalls.allows(call.match.operation) ? nil : APIKeys.secretKeyRequired
        case .restricted?:
            do throws(StripeError) {
                let registered = entry?.permissions
                guard let rights = registered == nil ? try Self.written(in: key) : registered else { return nil }
                let needed = KeyPermission(call.match.operation)
                let has = rights.contains(needed) || rights.contains { $0.implied.contains(needed) }
                return has ? nil : APIKeys.missingPermission(needed, key: key, account: account)
            } catch {
                return error
            }
        case .secret?, nil: return nil
        }
    }

    /// The permissions in the text of a key; `nil` when it has none.
    private static func written(in key: String) throws(StripeError) -> Set<KeyPermission>? {
        let parts = parts(of: String(key.dropFirst(APIKeys.Kind.restricted.rawValue.count)))
        // A key that only happens to have two underscores does not begin with a right.
        guard parts.count > 1, parts[0].hasSuffix("_read") || parts[0].hasSuffix("_write") else { return nil }
        var rights: Set<KeyPermission> = []
        for part in parts.dropLast() {
            guard let right = KeyPermission(part) else { throw APIKeys.unknownPermission(part, key: key) }
            rights.insert(right)
        }
        return rights
    }

    /// The text between pairs of underscores.
    private static func parts(of text: String) -> [String] {
        var parts = [""]
        var rest = text[...]
        while let character = rest.first {
            if rest.hasPrefix("__") {
                parts.append("")
                rest = rest.dropFirst(2)
            } else {
                parts[parts.count - 1].append(character)
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}
