internal import KeybrakeStripe

/// Where a cardholder proves who they are (3-D Secure), or a payer agrees at their bank or wallet.
enum ChallengePage {
    static func answer(_ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer {
        let kind: ObjectKind = visit.id.hasPrefix("seti_") ? .setupIntent : .paymentIntent
        guard visit.part == nil, let intent = account.store.object(kind, id: visit.id)?.tree else {
            return PageAnswer.notFound
        }
        guard intent.text("status") == "requires_action", intent.object("next_action") != nil else {
            return PageAnswer.problem(
                410, "There is nothing to confirm", "This payment no longer waits for its payer.")
        }
        guard visit.isPost else { return question(intent, account) }
        let passes = visit.form.text("outcome") == "complete"
        guard passes || visit.form.text("outcome") == "fail" else { return question(intent, account) }
        do throws(StripeError) {
            if kind == .setupIntent {
                try SetupIntents.authenticate(visit.id, passes: passes, &account, visit.cause)
            } else {
                try PaymentConfirmation.authenticate(visit.id, passes: passes, &account, visit.cause)
            }
        } catch {
            return PageAnswer.problem(410, "There is nothing to confirm", error.message)
        }
        return goBack(intent, kind, account)
    }

    private static func question(_ intent: JSONObject, _ account: Account) -> EmulatorAnswer {
        let method = account.store.object(.paymentMethod, id: intent.text("payment_method") ?? "")?.tree
        let type = method?.text("type") ?? "card"
        let isCard = type == "card"
        let title = isCard ? "3-D Secure" : "Pay with \(type)"
        let words =
            isCard
            ? "The bank of the card ending in \(method?["card"]?["last4"]?.stringValue ?? "") wants to know who pays."
            : "The payer agrees to the payment here, on the page of their bank or wallet."
        var amount: HTML = ""
        if let currency = intent.text("currency") {
            amount = "<p><strong>\(PageMoney.text(intent.integer("amount"), currency))</strong></p>"
        }
        let content: HTML = """
            <section><h1>\(title)</h1><p>\(words)</p>\(amount)
            <form method="post">
            <button type="submit" name="outcome" value="complete" id="complete">\
            \(isCard ? "Complete authentication" : "Authorise test payment")</button>
            <button type="submit" name="outcome" value="fail" id="fail" class="quiet">\
            \(isCard ? "Fail authentication" : "Fail test payment")</button>
            </form></section>
            """
        let session = CheckoutSessions.session(of: intent, account)
        return PageAnswer.page(
            title: title, formTargets: [returnURL(intent), session?.text("success_url"), session?.text("return_url")],
            content)
    }

    /// Where the intent said to return to, with what became of it.
    private static func goBack(_ before: JSONObject, _ kind: ObjectKind, _ account: Account) -> EmulatorAnswer {
        guard let url = returnURL(before) else {
            return PageAnswer.page(
                title: "Done", "<section><h1>Done</h1><p>You can close this page.</p></section>")
        }
        let own = account.pages.base + "/"
        let id = before.text("id") ?? ""
        let status = account.store.object(kind, id: id)?.text("status") ?? ""
        let target = URLText.adding(
            [
                (kind.name, id), ("\(kind.name)_client_secret", before.text("client_secret") ?? ""),
                ("redirect_status", outcome(status)),
            ], to: url)
        // To another page the way is relative, whatever name the browser knows the host by.
        return PageAnswer.redirect(to: target.hasPrefix(own) ? "../" + target.dropFirst(own.count) : target)
    }

    /// What the return URL says of an intent's state.
    private static func outcome(_ status: String) -> String {
        switch status {
        case "succeeded", "requires_capture": "succeeded"
        case "processing": "pending"
        default: "failed"
        }
    }

    private static func returnURL(_ intent: JSONObject) -> String? {
        intent["next_action"]?["redirect_to_url"]?["return_url"]?.stringValue
    }
}

/// Amounts as pages show them.
enum PageMoney {
    /// Such as `20.00 USD`.
    static func text(_ amount: Int64, _ currency: String) -> String {
        let digits = Currency(currency)?.minorDigits ?? 2
        return Money.majorText(minorUnits: amount, digits: digits) + " " + currency.uppercased()
    }
}
