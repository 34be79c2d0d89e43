internal import KeybrakeStripe

/// Bank accounts as somebody typed them in, or as a test token stands for them.
enum BankAccounts {
    /// How a payout to a test account ends.
    struct Refusal: Sendable {
        let code: String
        let message: String
    }

    /// Why a payout to the account with these last digits fails; `nil` when it arrives.
    static func refusal(last4: String) -> Refusal? {
        switch last4 {
        case "1116": Refusal(code: "no_account", message: "The bank account could not be located.")
        case "1113": Refusal(code: "account_closed", message: "The bank account has been closed.")
        case "2227":
            Refusal(
                code: "insufficient_funds",
                message: "Your Stripe account has insufficient funds to cover the payout.")
        case "3335":
            Refusal(
                code: "debit_not_authorized",
                message: "Debit transactions are not approved on your bank account.")
        case "4440":
            Refusal(
                code: "invalid_currency",
                message: "The bank was unable to process this payout because of its currency.")
        case "5572": Refusal(code: "declined", message: "The bank has declined this transfer.")
        default: nil
        }
    }

    /// The account behind a name such as `btok_us_verified_noAccount` or `btok_de`; `nil` when it is no test token.
    static func object(token: String, _ account: Account) -> JSONObject? {
        if let number = number(token: token) {
            return object(number: number, routing: "110000000", country: "US", currency: "usd", account)
        }
        guard token.hasPrefix("btok_"), let row = abroad[token.dropFirst(5).uppercased()] else { return nil }
        return object(
            number: row.number, routing: row.routing, country: token.dropFirst(5).uppercased(), currency: nil, account)
    }

    /// Test accounts of other countries.
    private static let abroad: [String: (number: String, routing: String?)] = [
        "AT": ("AT611904300234573201", nil), "AU": ("000123456", "110000"), "CA": ("000123456789", "11000-000"),
        "DE": ("DE89370400440532013000", nil), "ES": ("ES0700120345030000067890", nil),
        "FR": ("FR1420041010050500013M02606", nil), "GB": ("00012345", "108800"),
        "IE": ("IE29AIBK93115212345678", nil), "IT": ("IT40S0542811101000000123456", nil),
        "JP": ("0001234", "1100000"), "NL": ("NL39RABO0300065264", nil),
    ]

    private static func number(token: String) -> String? {
        guard token.hasPrefix("btok_") else { return nil }
        let numbers = [
            "noAccount": "000111111116", "accountClosed": "000111111113", "insufficientFunds": "000222222227",
            "debitNotAuthorized": "000333333335", "invalidCurrency": "000444444440",
        ]
        let words = token.split(separator: "_").dropFirst()
        guard let country = words.first, country == "us" else { return nil }
        let rest = words.dropFirst().filter { $0 != "verified" }
        guard let last = rest.last else { return "000123456789" }
        return last == "success" ? "000123456789" : numbers[String(last)]
    }

    /// The object of an account that was typed in, without id.
    ///
    /// - Parameter param: the name of the hash, for the `param` of errors.
    static func object(_ form: FormMap, param: String, _ account: Account) throws(StripeError) -> JSONObject {
        let number = try typed("account_number", form, param)
        let country = (form.given("country") ?? "US").uppercased()
        let routing = form.given("routing_number")
        guard (4...34).contains(number.utf8.count), number.utf8.allSatisfy({ isLetterOrDigit($0) }) else {
            throw .coded(
                "account_number_invalid", "Invalid account number: must be digits or letters.",
                param: "\(param)[account_number]")
        }
        if country == "US" {
            guard let routing else { throw .parameterMissing("\(param)[routing_number]") }
            guard routing.utf8.count == 9, routing.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw .coded(
                    "routing_number_invalid", "Invalid routing number for US: must be nine digits.",
                    param: "\(param)[routing_number]")
            }
        }
        return object(
            number: number, routing: routing, country: country, currency: form.given("currency")?.lowercased(),
            holder: form, account)
    }

    static func object(
        number: String, routing: String?, country: String, currency: String?, holder: FormMap = FormMap(),
        _ account: Account
    ) -> JSONObject {
        [
            "id": "", "object": "bank_account", "account_holder_name": JSONValue(holder.given("account_holder_name")),
            "account_holder_type": JSONValue(holder.given("account_holder_type")),
            "account_type": JSONValue(holder.given("account_type")), "bank_name": "STRIPE TEST BANK",
            "country": .string(country), "currency": .string(currency ?? self.currency(of: country)),
            "fingerprint": .string(account.fingerprint(number)), "last4": .string(String(number.suffix(4))),
            "routing_number": JSONValue(routing), "status": "new",
        ]
    }

    /// What a country's accounts are kept in.
    static func currency(of country: String) -> String {
        currencies[country.uppercased()] ?? (euro.contains(country.uppercased()) ? "eur" : "usd")
    }

    private static func typed(_ name: String, _ form: FormMap, _ param: String) throws(StripeError) -> String {
        guard let text = form.given(name) else { throw .parameterMissing("\(param)[\(name)]") }
        return String(text.filter { $0 != " " && $0 != "-" })
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static let euro: Set<String> = [
        "AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT",
        "SI", "SK",
    ]
    private static let currencies = [
        "AE": "aed", "AU": "aud", "BG": "bgn", "BR": "brl", "CA": "cad", "CH": "chf", "CZ": "czk", "DK": "dkk",
        "GB": "gbp", "HK": "hkd", "HU": "huf", "IN": "inr", "JP": "jpy", "MX": "mxn", "MY": "myr", "NO": "nok",
        "NZ": "nzd", "PL": "pln", "RO": "ron", "SE": "sek", "SG": "sgd", "TH": "thb", "US": "usd",
    ]
}
