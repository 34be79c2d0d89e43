internal import KeybrakeStripe

/// Which keys the emulated API takes, and what it says to the others.
enum APIKeys {
    /// What a key may do, by its beginning.
    enum Kind: String {
        case secret = "sk_test_"
        case restricted = "rk_test_"
        case publishable = "pk_test_"

        init?(_ key: String) {
            // What follows the beginning is what makes it a key.
            guard key.utf8.count > 8, let kind = Kind(rawValue: String(key.prefix(8))) else { return nil }
            self = kind
        }
    }

    /// Why a text is no key that could be used here; `nil` when it is one.
    static func refusal(of key: String) -> StripeError? {
        if key.isEmpty {
            return unauthorised(
                "You did not provide an API key. You need to provide your API key in the Authorization header, using "
                    + "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').")
        }
        if ["sk_live_", "rk_live_", "pk_live_"].contains(where: key.hasPrefix) {
            return unauthorised("The emulator takes no live keys. This one should be rotated: it left its safe place.")
        }
        return Kind(key) == nil ? unauthorised("Invalid API Key provided: \(masked(key))") : nil
    }

    /// The call is one for secret keys.
    static let secretKeyRequired = StripeError(
        status: 401, kind: .invalidRequest, code: "secret_key_required",
        message: "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a "
            + "list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        docURL: StripeError.documentation("secret_key_required"))

    /// The call is one for the token of a session.
    static func noSession(_ key: String) -> StripeError {
        unauthorised("Invalid meter event session token provided: \(masked(key))")
    }

    static func expired(_ key: String) -> StripeError {
        StripeError(
            status: 401, kind: .invalidRequest, code: "api_key_expired",
            message: "Expired API Key provided: \(masked(key))",
            docURL: StripeError.documentation("api_key_expired"))
    }

    static func missingPermission(_ permission: KeyPermission, key: String, account: String) -> StripeError {
        StripeError(
            status: 403, kind: .invalidRequest, code: "more_permissions_required",
            message: "The provided key '\(masked(key, shown: 6))' does not have the required permissions for this "
                + "endpoint on account '\(account)'. Having the 'rak_\(permission)' permission would allow this "
                + "request to continue.", docURL: StripeError.documentation("more_permissions_required"))
    }

    static func unknownPermission(_ word: String, key: String) -> StripeError {
        unauthorised(
            "Invalid API Key provided: \(masked(key)). '\(word.prefix(60))' is no permission; one is called "
                + "charge_read, customer_write and the like.")
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
    private static func masked(_ key: String, shown: Int = 4) -> String {
        guard key.count > 8 + shown else { return String(repeating: "*", count: key.count) }
        return key.prefix(8) + String(repeating: "*", count: min(20, key.count - 8 - shown)) + key.suffix(shown)
    }
}
