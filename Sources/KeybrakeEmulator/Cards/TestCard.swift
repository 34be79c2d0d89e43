/// A card number that has a meaning in test mode.
struct TestCard: Sendable {
    /// The place of a card in ``TestCardTable``; remembered beside the objects that stand for the card.
    typealias Row = Int16

    /// What happens with the card.
    enum Behaviour: Sendable, Equatable {
        case succeeds
        /// Cannot be attached to a customer, and every charge fails.
        case declines(Decline)
        /// Can be attached, but every charge fails.
        case declinesCharges(Decline)
        /// Charges need the cardholder, unless exempted; then they end as `afterwards` says.
        case requiresAuthentication(Exemption, afterwards: Decline?)
        /// The charge succeeds and is disputed for that reason (`warning` for an inquiry).
        case disputed(reason: String, isInquiry: Bool)
        /// The charge succeeds with an early warning of fraud.
        case fraudWarning
        /// Refunds begin as `pending` and succeed later.
        case refundsLate
        /// Refunds begin as `succeeded` and fail later.
        case refundsFail
        /// The money is available at once.
        case settlesAtOnce
        case risk(level: String, score: Int64)
    }

    /// When a card that wants authentication does not.
    enum Exemption: Sendable, Equatable {
        case never
        /// Not when the cardholder is away.
        case offSession
        /// Not when the cardholder is away and has set the card up before.
        case onceSetUp
        /// Supported but not demanded: only when the payment asks for it.
        case always
        /// Passed, or passed over, without a challenge.
        case unasked
    }

    /// The outcome of the checks on what was entered.
    struct Checks: Sendable, Equatable {
        var cvc = "pass"
        var line1 = "pass"
        var postalCode = "pass"
    }

    let number: String
    /// What follows `pm_card_` and `tok_`.
    let names: [String]
    let brand: String
    let funding: String
    let country: String
    let behaviour: Behaviour
    let checks: Checks

    var last4: String { String(number.suffix(4)) }

    /// The network's name as people write it.
    var brandDisplayName: String {
        switch brand {
        case "visa": "Visa"
        case "mastercard": "MasterCard"
        case "amex": "American Express"
        case "discover": "Discover"
        case "diners": "Diners Club"
        case "jcb": "JCB"
        case "unionpay": "UnionPay"
        default: "Unknown"
        }
    }

    /// Whether a customer may hold the card.
    var isAttachable: Bool {
        if case .declines = behaviour { false } else { true }
    }

    /// Why a charge without the cardholder present fails, if it does.
    var declineOnCharge: Decline? {
        switch behaviour {
        case .declines(let decline), .declinesCharges(let decline): decline
        default: nil
        }
    }

    /// How many disputes a charge gets.
    var disputeCount: Int { names.contains("createMultipleDisputes") ? 2 : 1 }

    /// What evidence of its own the network takes in a dispute of the card.
    var disputeEligibility: String? {
        if names.contains("createCe3EligibleDispute") { return "visa_compelling_evidence_3" }
        return names.contains("createComplianceDispute") ? "visa_compliance" : nil
    }

    var settlesAtOnce: Bool { behaviour == .settlesAtOnce }
}
