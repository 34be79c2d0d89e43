internal import KeybrakeLedger
internal import KeybrakeStripe

/// Keys and budgets as the admin API states them.
enum KeyJSON {
    /// A key without its secret. Times are Unix seconds.
    static func object(_ key: VaultKey, policy: Policy, atMicroseconds now: Int64) -> JSONObject {
        [
            "id": .string(key.id),
            "state": .string(state(key, atMicroseconds: now)),
            "environment": .string(key.environment),
            "label": JSONValue(key.label),
            "conversation": JSONValue(key.conversation),
            "agent": JSONValue(key.agent),
            "policy": .object(policy.json),
            "policy_hash": .string(key.policyHash),
            "created_at": seconds(key.createdAtMicroseconds),
            "expires_at": seconds(key.expiresAtMicroseconds),
            "paused_at": seconds(key.pausedAtMicroseconds),
            "revoked_at": seconds(key.revokedAtMicroseconds),
            "revoke_reason": JSONValue(key.revokeReason),
        ]
    }

    /// What a key has spent in the window in force. Amounts are US dollars.
    static func object(_ spend: KeySpend) -> JSONObject {
        [
            "cap_usd": spend.cap.usdCents.map { dollars($0) } ?? "unlimited",
            "settled_usd": dollars(spend.settledUSDCents),
            "held_usd": dollars(spend.heldUSDCents),
            "left_usd": spend.leftUSDCents.map { dollars($0) } ?? .null,
            "window_start": .integer(spend.windowStartSeconds),
            "window_ends": .integer(spend.windowEndsAtSeconds),
        ]
    }

    private static func state(_ key: VaultKey, atMicroseconds now: Int64) -> String {
        switch key.standing(atMicroseconds: now) {
        case .alive: "active"
        case .expired: "expired"
        case .revoked: "revoked"
        case .paused: "paused"
        }
    }

    private static func dollars(_ cents: Int64) -> JSONValue {
        .string(Money.majorText(minorUnits: cents, digits: 2))
    }

    private static func seconds(_ microseconds: Int64?) -> JSONValue {
        JSONValue(microseconds.map { $0 / 1_000_000 })
    }
}
