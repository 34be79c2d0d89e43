internal import KeybrakeLedger
internal import KeybrakeStripe

extension Refusal {
    /// What the client is told about a denial of the ledger's.
    init(_ denial: Denial, capStatus: Int) {
        switch denial {
        case .keyUnknown: self = .keyUnknown
        case .keyExpired: self = .keyExpired
        case .keyRevoked: self = .keyRevoked
        case .keyPaused: self = .keyPaused
        case .idempotencyMismatch: self = .idempotencyMismatch
        case .objectHasNoHold: self = .notPriceable("This call", reason: "nothing is held for its object")
        case .notPriced: self = .notPriceable("This call", reason: "its amount is out of bounds")
        case .spendCapExceeded(let facts): self = .spendCap(facts, status: capStatus)
        }
    }

    private static func spendCap(_ facts: SpendCapFacts, status: Int) -> Refusal {
        let until = CivilTime.rfc3339(facts.windowEndsAtSeconds)
        let budget =
            facts.capUSDCents == 0
            ? "This vault key has a spend cap of $0.00: it may not move money."
            : "Daily spend cap reached: \(USDollars.text(facts.leftUSDCents)) of "
                + "\(USDollars.text(facts.capUSDCents)) is left until \(until), and this call asks for "
                + "\(USDollars.text(facts.askedUSDCents))."
        return Refusal(
            status, "spend_cap_exceeded",
            budget + " Nothing was charged. Do not retry; stop and report this to the operator.")
    }
}
