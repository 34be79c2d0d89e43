import KeybrakeStripe

@testable import KeybrakeEmulator

/// The documentation's table of inputs that have a meaning of their own.
enum MagicInputTable {
    static var text: String {
        var rows: [(meaning: String, inputs: [String])] = []
        func add(_ input: String, _ meaning: String) {
            if let index = rows.firstIndex(where: { $0.meaning == meaning }) {
                rows[index].inputs.append(input)
            } else {
                rows.append((meaning, [input]))
            }
        }
        for card in TestCardTable.cards {
            add(([card.number] + card.names).map { "`\($0)`" }.joined(separator: " "), meaning(of: card))
        }
        var lines = [
            "Names follow `pm_card_` and `tok_`. \(TestCardTable.cards.count) cards:", "", "| what happens | cards |",
            "|---|---|",
        ]
        lines += rows.map { "| \($0.meaning) | \($0.inputs.joined(separator: ", ")) |" }
        lines += ["", "| account number | name | what happens with a debit |", "|---|---|---|"]
        lines += TestBankAccounts.numbers.sorted { $0.value < $1.value }.map { name, number in
            let failure = TestBankAccounts.failure("us_bank_account", last4: String(number.suffix(4)))
            return
                "| `\(number)` | `pm_usBankAccount_\(name)` | \(failure.map { "fails: `\($0.code)`" } ?? "succeeds") |"
        }
        return lines.joined(separator: "\n")
    }

    private static func meaning(of card: TestCard) -> String {
        var meaning = meaning(of: card.behaviour)
        if card.disputeCount > 1 { meaning += ", in \(card.disputeCount) parts" }
        if let eligibility = card.disputeEligibility { meaning += ", open to `\(eligibility)`" }
        let checks = card.checks
        let failing = [("security code", checks.cvc), ("street", checks.line1), ("postal code", checks.postalCode)]
            .filter { $0.1 != "pass" }
        if !failing.isEmpty {
            meaning += "; " + failing.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
        }
        return meaning
    }

    private static func meaning(of behaviour: TestCard.Behaviour) -> String {
        switch behaviour {
        case .succeeds: "succeeds"
        case .declines(let decline): "declines: \(words(decline)); cannot be attached"
        case .declinesCharges(let decline): "can be attached; charges decline: \(words(decline))"
        case .requiresAuthentication(let exemption, let afterwards):
            "wants 3-D Secure\(words(exemption)); then \(afterwards.map { "declines: \(words($0))" } ?? "succeeds")"
        case .disputed(let reason, let isInquiry):
            "succeeds, then \(isInquiry ? "an inquiry" : "a dispute"): `\(reason)`"
        case .fraudWarning: "succeeds, then an early fraud warning"
        case .refundsLate: "refunds are pending, then succeed"
        case .refundsFail: "refunds succeed, then fail"
        case .settlesAtOnce: "the money is available at once"
        case .risk(let level, let score): "risk level `\(level)`, score \(score)"
        }
    }

    private static func words(_ decline: Decline) -> String {
        decline.declineCode.map { $0 == decline.code ? "`\($0)`" : "`\(decline.code)`, `\($0)`" } ?? "`\(decline.code)`"
    }

    private static func words(_ exemption: TestCard.Exemption) -> String {
        switch exemption {
        case .never: ""
        case .offSession: ", not off session"
        case .onceSetUp: ", unless it was set up"
        case .always: " only when asked for"
        case .unasked: " without a challenge"
        }
    }
}
