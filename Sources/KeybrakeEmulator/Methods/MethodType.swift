internal import KeybrakeStripe

/// How money comes from payment methods of a type.
enum MethodType {
    /// What happens between confirming a payment and having its money.
    enum Course: Equatable {
        /// The test card decides.
        case card
        case atOnce
        /// The bank takes that many days, and can still say no.
        case delayed(days: Int64)
        /// The payer agrees on a page of their own.
        case afterRedirect
    }

    static func course(_ type: String) -> Course {
        switch type {
        case "card", "card_present", "interac_present": .card
        case "us_bank_account", "bacs_debit": .delayed(days: 4)
        case "sepa_debit", "acss_debit": .delayed(days: 5)
        case "au_becs_debit", "nz_bank_account": .delayed(days: 3)
        case "link", "customer_balance": .atOnce
        default: .afterRedirect
        }
    }

    /// The types that a payment method can have: the members that hold their details.
    static let all: Set<String> = {
        let shape = Catalogue.shared.resource("payment_method")?.object
        guard case .enumeration(let words)? = shape?.field("type")?.type else { return ["card"] }
        return Set(words.values)
    }()

    /// The details of a new payment method that is no card, as the object's member of that name shows them.
    ///
    /// - Parameter param: the name of the hash, for the `param` of errors.
    static func details(_ type: String, _ form: FormMap, param: String, _ account: inout Account, now: Int64)
        throws(StripeError) -> JSONObject
    {
        let name = "payment_method_\(type)"
        guard let shape = Catalogue.shared.resource(name)?.object else { return JSONObject() }
        var filler = ShapeFiller(now: now, ids: account.ids)
        let blank = filler.object(ofResource: name)
        account.ids = filler.ids
        var details = FormMerge.echoed(form, in: blank, shape, &account, now: now)
        guard let number = try accountNumber(type, form, param: param) else { return details }
        if shape.field("last4") != nil { details.set("last4", String(number.suffix(4))) }
        if shape.field("fingerprint") != nil { details.set("fingerprint", account.fingerprint(number)) }
        switch type {
        case "us_bank_account":
            details.set("account_holder_type", form.given("account_holder_type") ?? "individual")
            details.set("account_type", form.given("account_type") ?? "checking")
            details.set("bank_name", "STRIPE TEST BANK")
        case "sepa_debit":
            details.set("bank_code", String(number.dropFirst(4).prefix(8)))
            details.set("country", String(number.prefix(2)))
        default: break
        }
        return details
    }

    /// The number of the bank account that was typed in; `nil` for types that have none.
    private static func accountNumber(_ type: String, _ form: FormMap, param: String) throws(StripeError) -> String? {
        switch type {
        case "sepa_debit":
            let iban = try required("iban", form, param).filter { $0 != " " }.uppercased()
            guard (15...34).contains(iban.utf8.count), iban.prefix(2).allSatisfy(\.isLetter) else {
                throw .coded("invalid_bank_account_iban", "The IBAN is invalid.", param: "\(param)[iban]")
            }
            return iban
        case "us_bank_account":
            if let linked = form.given("financial_connections_account") { return linked }
            let routing = try required("routing_number", form, param)
            guard routing.utf8.count == 9, routing.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw .coded(
                    "routing_number_invalid", "The routing number is invalid.", param: "\(param)[routing_number]")
            }
            return try required("account_number", form, param)
        case "acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account":
            return try required("account_number", form, param)
        default: return nil
        }
    }

    private static func required(_ name: String, _ form: FormMap, _ param: String) throws(StripeError) -> String {
        guard let text = form.given(name) else { throw .parameterMissing("\(param)[\(name)]") }
        return text
    }
}

/// Test bank accounts whose debits fail, by the end of their number, and the names that stand for them.
enum TestBankAccounts {
    /// How the debit of such an account ends; `nil` when it succeeds.
    static func failure(_ type: String, last4: String) -> Decline? {
        switch (type, last4) {
        case ("us_bank_account", "1113"), ("au_becs_debit", "1113"): closed
        case ("us_bank_account", "1116"), ("au_becs_debit", "1116"): noAccount
        case ("us_bank_account", "2227"), ("acss_debit", "2227"): insufficientFunds
        case ("us_bank_account", "3335"), ("au_becs_debit", "3335"), ("bacs_debit", "3335"): notAuthorized
        case ("us_bank_account", "4440"): invalidCurrency
        case ("us_bank_account", "7771"), ("acss_debit", "7771"): weeklyLimit
        case ("au_becs_debit", "2227"), ("bacs_debit", "2227"): referred
        // DE62… and DE78…, AT86… and AT05… of Stripe's list.
        case ("sepa_debit", "3001"), ("sepa_debit", "3004"), ("sepa_debit", "3202"), ("sepa_debit", "3205"):
            insufficientFunds
        default: nil
        }
    }

    /// The account numbers behind the names that follow `pm_usBankAccount_`.
    static let numbers = [
        "success": "000123456789", "accountClosed": "000111111113", "noAccount": "000111111116",
        "insufficientFunds": "000222222227", "debitNotAuthorized": "000333333335",
        "invalidCurrency": "000444444440", "failMicrodeposits": "000666666661", "dispute": "000555555559",
        "processing": "000000000009", "weeklyLimitExceeded": "000777777771",
    ]

    /// Whether the bank never answers.
    static func staysPending(_ type: String, last4: String) -> Bool {
        type == "us_bank_account" && last4 == "0009"
    }

    /// Whether the account's holder takes a debit back after it has succeeded.
    static func isDisputed(_ type: String, last4: String) -> Bool {
        switch (type, last4) {
        case ("us_bank_account", "5559"), ("bacs_debit", "5559"), ("au_becs_debit", "6660"): true
        // DE35… and AT59… of Stripe's list.
        case ("sepa_debit", "3002"), ("sepa_debit", "3203"): true
        default: false
        }
    }

    /// The parameters of the payment method behind a name such as `pm_usBankAccount_success`.
    static func form(named id: String) -> FormMap? {
        guard id.hasPrefix("pm_usBankAccount_"), let number = numbers[String(id.dropFirst(17))] else { return nil }
        return [
            "type": "us_bank_account", "billing_details": .map(["name": "Test Account"]),
            "us_bank_account": .map(["account_number": .text(number), "routing_number": "110000000"]),
        ]
    }

    private static let closed = Decline(
        code: "account_closed", declineCode: nil, message: "The customer's bank account has been closed.")
    private static let noAccount = Decline(
        code: "no_account", declineCode: nil, message: "The customer's bank account could not be located.")
    private static let insufficientFunds = Decline(
        code: "insufficient_funds", declineCode: nil,
        message: "The customer's account has insufficient funds to cover this payment.")
    private static let notAuthorized = Decline(
        code: "debit_not_authorized", declineCode: nil,
        message: "The customer has notified their bank that this payment was unauthorized.")
    private static let invalidCurrency = Decline(
        code: "invalid_currency", declineCode: nil,
        message: "The customer's bank account cannot be debited in this currency.")
    private static let weeklyLimit = Decline(
        code: "charge_exceeds_weekly_limit", declineCode: nil,
        message: "The payment takes the account over its weekly limit.")
    private static let referred = Decline(
        code: "refer_to_customer", declineCode: nil,
        message: "The bank did not carry out the payment and refers to its customer.")
}
