internal import KeybrakeStripe

/// A card as somebody typed it in, or as a test token stands for it.
struct CardEntry: Sendable {
    let row: TestCard.Row
    let expMonth: Int64
    let expYear: Int64
    var name: String?
    /// Whether the security code was given; without it there is nothing to check.
    var hasCVC = false
    var hasPostalCode = false
    var hasLine1 = false

    var card: TestCard { TestCardTable[row] }

    /// The card behind `pm_card_…` and `tok_…`: it expires in this month of next year.
    init(row: TestCard.Row, now: Int64) {
        let date = CivilTime.date(now)
        self.row = row
        expMonth = Int64(date.month)
        expYear = Int64(date.year) + 1
        hasCVC = TestCardTable[row].checks.cvc == "fail"
        hasPostalCode = TestCardTable[row].checks.postalCode != "pass"
        hasLine1 = TestCardTable[row].checks.line1 != "pass"
    }

    /// Reads `number`, `exp_month`, `exp_year`, `cvc` and `name`.
    ///
    /// - Parameter param: the name of the hash, for the `param` of errors.
    init(_ form: FormMap, param: String, now: Int64) throws(StripeError) {
        guard let typed = form.given("number") else { throw .parameterMissing("\(param)[number]") }
        let number = String(typed.filter { $0 != " " && $0 != "-" })
        guard (12...19).contains(number.utf8.count), number.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            Self.passesLuhn(number)
        else { throw Decline.incorrectNumber.error() }
        guard let month = form.integer("exp_month") else { throw .parameterMissing("\(param)[exp_month]") }
        guard let year = form.integer("exp_year") else { throw .parameterMissing("\(param)[exp_year]") }
        let expYear = year < 100 ? 2_000 + year : year
        try Self.check(month: month, year: expYear, now: now)
        if let code = form.given("cvc") {
            guard (3...4).contains(code.utf8.count), code.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw Self.cardError("invalid_cvc", "Your card's security code is invalid.", param: "cvc")
            }
            hasCVC = true
        }
        guard let row = TestCardTable.row(number: number) else { throw Decline.liveCard.error() }
        self.row = row
        expMonth = month
        self.expYear = expYear
        name = form.given("name")
        hasPostalCode = form.given("address_zip") != nil
        hasLine1 = form.given("address_line1") != nil
    }

    private static func check(month: Int64, year: Int64, now: Int64) throws(StripeError) {
        guard (1...12).contains(month) else {
            throw cardError("invalid_expiry_month", "Your card's expiration month is invalid.", param: "exp_month")
        }
        let today = CivilTime.date(now)
        let current = Int64(today.year) * 12 + Int64(today.month)
        guard year <= Int64(today.year) + 50, year * 12 + month >= current else {
            throw cardError("invalid_expiry_year", "Your card's expiration year is invalid.", param: "exp_year")
        }
    }

    private static func cardError(_ code: String, _ message: String, param: String) -> StripeError {
        StripeError(
            status: 402, kind: .card, code: code, message: message, param: param,
            docURL: StripeError.documentation(code))
    }

    static func passesLuhn(_ number: String) -> Bool {
        var sum = 0
        for (index, digit) in number.utf8.reversed().enumerated() {
            let value = Int(digit) - 0x30
            let doubled = index % 2 == 1 ? value * 2 : value
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}
