package import KeybrakeStripe

/// A request that the proxy itself refuses: the response contract in one place.
///
/// The message is read by a language model. It says what was refused, what is left, and to stop; it never repeats text
/// of the request. The code stands in the message too, because SDKs drop it on 401 and 403.
package struct Refusal: Error, Sendable, Equatable {
    /// What a client library may do about it.
    package enum Retry: Sendable, Equatable {
        case never
        /// The same request, with the same idempotency key, may succeed later.
        case maySucceed
    }

    package var status: Int
    package var code: String
    package var kind: StripeError.Kind
    package var message: String
    package var param: String?
    package var retry: Retry
    package var retryAfterSeconds: Int?

    package init(
        _ status: Int, _ code: String, _ message: String, kind: StripeError.Kind = .invalidRequest,
        param: String? = nil, retry: Retry = .never, retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.kind = kind
        self.message = message
        self.param = param
        self.retry = retry
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The error object that the client receives.
    package var error: StripeError {
        StripeError(
            status: status, kind: kind, code: code, message: "\(message) [\(code)]", param: param,
            docURL: "https://docs.keybrake.com/errors#\(code)")
    }
}

extension Refusal {
    package static let keyRequired = Refusal(
        401, "vault_key_required",
        "Only Keybrake vault keys are accepted here. Do not retry; ask the operator for a vault key.")

    package static let keyMistyped = Refusal(
        401, "vault_key_required",
        "This vault key is not complete or was mistyped. Do not retry; ask the operator for the key.")

    package static let keyUnknown = Refusal(
        401, "vault_key_unknown", "This vault key is not known here. Do not retry; ask the operator for a new key.")

    package static let keyExpired = Refusal(
        401, "vault_key_expired", "This vault key has expired. Do not retry; stop and report this to the operator.")

    package static let keyRevoked = Refusal(
        401, "vault_key_revoked", "This vault key was revoked. Do not retry; stop and report this to the operator.")

    package static let keyPaused = Refusal(
        401, "vault_key_paused",
        "This vault key is paused. Do not retry; stop and wait until the operator resumes it.")

    package static func malformed(_ message: String, param: String? = nil) -> Refusal {
        Refusal(400, "malformed_request", message, param: param)
    }

    package static let unknownRoute = Refusal(
        404, "unknown_operation", "This is not an operation of Stripe's API. Check the method and the path.")

    package static func operationNotAllowed(_ operation: String) -> Refusal {
        Refusal(
            403, "operation_not_allowed",
            "The policy of this vault key does not allow \(operation). Do not retry; stop and report "
                + "this to the operator."
        )
    }

    package static let customerNotAllowed = Refusal(
        403, "customer_not_allowed",
        "The policy of this vault key does not allow this customer. Do not retry; stop and report "
            + "this to the operator.",
        param: "customer")

    package static let customerNotTold = Refusal(
        403, "customer_not_allowed",
        "This vault key is limited to certain customers, and this request does not name one. Do not "
            + "retry it unchanged.",
        param: "customer")

    package static func parameterNotAllowed(_ what: String) -> Refusal {
        Refusal(
            403, "parameter_not_allowed",
            "The policy of this vault key does not allow \(what). Do not retry; stop and report this to the operator.")
    }

    package static func overCallMaximum(asked: String, maximum: String) -> Refusal {
        Refusal(
            403, "amount_over_limit",
            "This call asks for \(asked), more than the \(maximum) that one call may move. Do not "
                + "retry; stop and report this to the operator.",
            param: "amount")
    }

    package static func notPriceable(_ operation: String, reason: String) -> Refusal {
        Refusal(
            403, "not_priceable",
            "\(operation) may move money, but how much cannot be told: \(reason). Do not retry; "
                + "report this to the operator."
        )
    }

    package static func currencyWithoutRate(_ currency: String) -> Refusal {
        Refusal(
            403, "not_priceable",
            "The cap is in US dollars and no exchange rate for \(currency) is configured. Do not "
                + "retry; report this to the operator.",
            param: "currency")
    }

    package static func attributionMismatch(_ what: String) -> Refusal {
        Refusal(
            403, "attribution_mismatch",
            "This vault key belongs to another \(what) than the one that the request names. Do not "
                + "retry; stop and report this to the operator."
        )
    }

    package static let idempotencyMismatch = Refusal(
        400, "idempotency_key_reused",
        "Keys for idempotent requests can only be used with the same parameters they were first used "
            + "with. Use another key for another request.",
        kind: .idempotency)

    package static let inFlight = Refusal(
        409, "idempotency_key_in_use",
        "Another request with this idempotency key is still running. Wait for its answer.", retry: .maySucceed)

    package static let failClosed = Refusal(
        503, "fail_closed",
        "This call cannot be judged and recorded now, so nothing was sent to Stripe. Report this to the operator.",
        kind: .api, retry: .maySucceed)

    package static let upstreamUnreachable = Refusal(
        503, "upstream_unreachable", "Stripe could not be reached and nothing was sent.", kind: .api, retry: .maySucceed
    )

    package static let outcomeUnknown = Refusal(
        504, "outcome_unknown",
        "The request was sent, but its outcome is not known; its amount stays held. Do not send it "
            + "under a new idempotency key.",
        kind: .api, retry: .maySucceed)

    package static let upstreamTimedOut = Refusal(
        504, "upstream_no_answer", "Stripe gave no answer to this read.", kind: .api, retry: .maySucceed)

    package static let upstreamAuth = Refusal(
        502, "upstream_auth",
        "Stripe refused the proxy's own key. This is not the caller's fault; report it to the operator.", kind: .api)

    package static let noUpstreamKey = Refusal(
        502, "upstream_key_missing",
        "The proxy has no Stripe key for this mode (STRIPE_SECRET_KEY). Report this to the operator.", kind: .api)
}
