/// The facts of one operation as a line of the catalogue states them.
struct OperationLine {
    /// The host of every operation that names no other.
    static let defaultHost = "api.stripe.com"

    var verb: Verb
    var path: String
    var id: String
    var bodyEncoding: BodyEncoding
    var action: OperationAction
    var moneyClass: MoneyClass
    var meter: Meter
    var amountRule: AmountRule
    var parameters: ObjectShape
    var response: TypeShape
    var host: String
    var isDeprecated: Bool
}

extension OperationLine {
    /// Takes in one of the facts at the end of a line; false when it is unknown.
    mutating func apply(_ word: String) -> Bool {
        if word == "deprecated" {
            isDeprecated = true
            return true
        }
        let parts = word.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return false }
        let value = String(parts[1])
        switch parts[0] {
        case "host": host = value
        case "amount": amountRule.sums = Self.sums(value)
        case "currency": amountRule.currency = Self.path(value)
        case "reading":
            guard let reading = AmountRule.Reading(rawValue: value) else { return false }
            amountRule.reading = reading
        case "otherwise":
            guard let source = AmountRule.Source(rawValue: value) else { return false }
            amountRule.otherwise = source
        case "unless": amountRule.unless = value.split(separator: "+").map { Self.path($0) }
        default: return false
        }
        return true
    }

    private static func sums(_ text: String) -> [[AmountRule.Path]] {
        text.split(separator: "|").map { $0.split(separator: "+").map { path($0) } }
    }

    private static func path(_ text: some StringProtocol) -> AmountRule.Path {
        text.split { $0 == "[" || $0 == "]" }.map { String($0) }
    }
}
