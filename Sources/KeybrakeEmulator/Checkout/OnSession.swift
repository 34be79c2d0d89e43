internal import KeybrakeStripe

/// Payments that a payer starts on a page but that the emulator makes as if they were away: those of invoices.
enum OnSession {
    /// Asks the holder of a method first, where the method wants that.
    ///
    /// - Returns: the SetupIntent whose challenge is to be answered; `nil` when nothing is in the way.
    static func challenge(
        _ method: String, customer: String?, returnURL: String, _ account: inout Account, _ cause: Cause
    ) throws(StripeError) -> String? {
        let stored = try account.find(.paymentMethod, method, param: "payment_method")
        let instrument = Instrument(stored, kind: .paymentMethod)
        guard case .wantsAuthentication = CardPayment.verdict(instrument, isAuthenticated: false, isOffSession: false)
        else { return nil }
        var form: FormMap = [
            "confirm": "true", "payment_method": .text(method), "payment_method_types": .list([.text(instrument.type)]),
            "return_url": .text(returnURL), "usage": "off_session",
        ]
        form["customer"] = customer.map { .text($0) }
        let call = try Call.inner("POST /v1/setup_intents", form: form, cause)
        guard case .stored(_, let id) = try SetupIntents.create(call, &account) else { return nil }
        return id
    }
}
