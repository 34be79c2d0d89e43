internal import KeybrakeStripe

/// Why an issuer, or Stripe itself, refuses a card: the words of the error and of the failed charge.
struct Decline: Sendable, Equatable {
    /// The error's `code`; on the charge `failure_code`.
    let code: String
    let declineCode: String?
    let message: String
    var param: String?
    /// What the merchant should do next.
    var adviceCode: String?
    /// The card network's own two digits.
    var networkDeclineCode: String?
    /// What the network advises: 02 to try later, 03 not to try again.
    var networkAdviceCode: String? {
        guard !isBlocked, networkDeclineCode != nil else { return nil }
        return adviceCode.map { $0 == "do_not_try_again" ? "03" : "02" }
    }
    /// Stripe refused it itself; the issuer never saw the payment.
    var isBlocked = false

    static let generic = Decline(
        code: "card_declined", declineCode: "generic_decline", message: "Your card was declined.",
        adviceCode: "try_again_later", networkDeclineCode: "01")
    static let insufficientFunds = Decline(
        code: "card_declined", declineCode: "insufficient_funds", message: "Your card has insufficient funds.",
        adviceCode: "try_again_later", networkDeclineCode: "51")
    static let lostCard = Decline(
        code: "card_declined", declineCode: "lost_card", message: "Your card was declined.",
        adviceCode: "do_not_try_again", networkDeclineCode: "41")
    static let stolenCard = Decline(
        code: "card_declined", declineCode: "stolen_card", message: "Your card was declined.",
        adviceCode: "do_not_try_again", networkDeclineCode: "43")
    static let expiredCard = Decline(
        code: "expired_card", declineCode: "expired_card", message: "Your card has expired.", param: "exp_month",
        adviceCode: "do_not_try_again", networkDeclineCode: "54")
    static let incorrectCVC = Decline(
        code: "incorrect_cvc", declineCode: "incorrect_cvc", message: "Your card's security code is incorrect.",
        param: "cvc", adviceCode: "try_again_later", networkDeclineCode: "82")
    static let processingError = Decline(
        code: "processing_error", declineCode: "processing_error",
        message: "An error occurred while processing your card. Try again in a little bit.",
        adviceCode: "try_again_later", networkDeclineCode: "96")
    static let velocityExceeded = Decline(
        code: "card_declined", declineCode: "card_velocity_exceeded",
        message:
            "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        adviceCode: "try_again_later", networkDeclineCode: "65")
    static let fraudulent = Decline(
        code: "card_declined", declineCode: "fraudulent", message: "Your card was declined.",
        adviceCode: "do_not_try_again", isBlocked: true)
    static let authenticationRequired = Decline(
        code: "authentication_required", declineCode: "authentication_required",
        message: "Your card was declined. This transaction requires authentication.", networkDeclineCode: "1A")
    static let authenticationFailed = Decline(
        code: "payment_intent_authentication_failure", declineCode: nil,
        message:
            "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
            + "PaymentMethod to attempt to fulfill this PaymentIntent again.")
    static let liveCard = Decline(
        code: "card_declined", declineCode: "test_mode_live_card",
        message: "Your card was declined. Your request was in test mode, but used a non test (live) card. "
            + "For a list of valid test cards, visit: https://stripe.com/docs/testing.")
    static let incorrectNumber = Decline(
        code: "incorrect_number", declineCode: nil, message: "Your card number is incorrect.", param: "number")

    /// The 402 that this refusal becomes.
    ///
    /// - Parameter details: further members such as `charge` and `payment_intent`.
    func error(_ details: JSONObject = JSONObject()) -> StripeError {
        var all = JSONObject()
        if let adviceCode { all.append("advice_code", .string(adviceCode)) }
        if let networkAdviceCode { all.append("network_advice_code", .string(networkAdviceCode)) }
        if let networkDeclineCode { all.append("network_decline_code", .string(networkDeclineCode)) }
        for member in details.members { all.append(member.name, member.value) }
        return StripeError(
            status: 402, kind: .card, code: code, message: message, param: param, declineCode: declineCode,
            docURL: StripeError.documentation(code), details: all)
    }
}

extension StripeError {
    /// Where Stripe explains an error code.
    static func documentation(_ code: String) -> String {
        var slug = ""
        for character in code { slug.append(character == "_" ? "-" : character) }
        return "https://stripe.com/docs/error-codes/" + slug
    }
}
