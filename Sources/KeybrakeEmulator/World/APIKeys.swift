internal import KeybrakeStripe

/// Which keys the emulated API takes.
enum APIKeys {
    /// Why a key is refused; `nil` when it is good.
    static func refusal(of key: String) -> StripeError? {
        if key.isEmpty {
            return unauthorised(
                "You did not provide an API key. You need to provide your API key in the Authorization header, using "
                    + "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').")
        }
        if key.hasPrefix("sk_test_") || key.hasPrefix("rk_test_") { return nil }
        if key.hasPrefix("sk_live_") || key.hasPrefix("rk_live_") || key.hasPrefix("pk_live_") {
            return unauthorised("The emulator takes no live keys. This one should be rotated: it left its safe place.")
        }
        if key.hasPrefix("pk_test_") {
            return StripeError(
                status: 401, kind: .invalidRequest, code: "secret_key_required",
                message: "This API call cannot be made with a publishable API key. Please use a secret API key.",
                docURL: StripeError.documentation("secret_key_required"))
        }
        return unauthorised("Invalid API Key provided: \(masked(key))")
    }

    static func unknownAccount(_ id: String, key: String) -> StripeError {
        StripeError(
            status: 403, kind: .invalidRequest, code: "account_invalid",
            message: "The provided key '\(masked(key))' does not have access to account '\(id.prefix(64))' (or that "
                + "account does not exist). Application access may have been revoked.",
            docURL: StripeError.documentation("account_invalid"))
    }

    private static func unauthorised(_ message: String) -> StripeError {
        StripeError(status: 401, kind: .invalidRequest, message: message)
    }

    /// The beginning and the end of a key, as Stripe shows it.
    private static func masked(_ key: String) -> String {
        guard key.count > 12 else { return String(repeating: "*", count: key.count) }
        return key.prefix(8) + String(repeating: "*", count: min(20, key.count - 12)) + key.suffix(4)
    }
}
