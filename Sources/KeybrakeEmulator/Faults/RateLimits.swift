internal import KeybrakeStripe

/// The rate limits of a world; those of Stripe's sandboxes unless it is told otherwise.
///
/// A limit that is absent does not hold. How many calls are underway at once cannot be known here, so there is no limit
/// to that; fault rules can show one.
struct RateLimits: Sendable, Equatable, Codable {
    static let limitMax = 1_000_000

    /// All calls of an account, each second.
    var requestsPerSecond: Int? = 25
    /// Calls of one operation, each second.
    var endpointRequestsPerSecond: Int? = 25
    /// Changes of one PaymentIntent, each hour.
    var paymentIntentUpdatesPerHour: Int? = 1_000

    static let sandbox = RateLimits()

    private init() {}

    private static let names = [
        "requests_per_second", "endpoint_requests_per_second", "payment_intent_updates_per_hour",
    ]

    /// Reads `{"requests_per_second": 5}`; what is left out is the sandbox's, `null` is no limit.
    init(_ value: JSONValue) throws(EmulatorHost.Failure) {
        let members = try ControlMembers(value, of: "rate limits", names: Self.names)
        if members.has(Self.names[0]) {
            requestsPerSecond = try members.integer(Self.names[0], in: 1...Self.limitMax)
        }
        if members.has(Self.names[1]) {
            endpointRequestsPerSecond = try members.integer(Self.names[1], in: 1...Self.limitMax)
        }
        if members.has(Self.names[2]) {
            paymentIntentUpdatesPerHour = try members.integer(Self.names[2], in: 1...Self.limitMax)
        }
    }

    var json: JSONValue {
        [
            "requests_per_second": JSONValue(requestsPerSecond.map(Int64.init)),
            "endpoint_requests_per_second": JSONValue(endpointRequestsPerSecond.map(Int64.init)),
            "payment_intent_updates_per_hour": JSONValue(paymentIntentUpdatesPerHour.map(Int64.init)),
        ]
    }

    /// The limit of an operation: files and searches have 20, making payouts 15, where the others have 25.
    func endpointLimit(of operation: Operation) -> Int? {
        guard let limit = endpointRequestsPerSecond else { return nil }
        if operation.pathTemplate.hasPrefix("/v1/files") || operation.action.form == .search { return min(limit, 20) }
        return operation.name == "POST /v1/payouts" ? min(limit, 15) : limit
    }
}

/// Counts the calls of a world by the second and by the hour of its clock, and refuses those that are too many.
struct RateLimiter: Sendable, Codable {
    /// How many PaymentIntents are counted at a time; beyond it the hour begins anew for all.
    static let countedMax = 100_000

    /// What is counted by the second.
    private enum Counted: Hashable, Codable {
        case account(String)
        case endpoint(String, index: Int)
    }

    /// `nil`: no limit at all.
    var limits: RateLimits?
    private var second: Int64 = .min
    private var inSecond: [Counted: Int] = [:]
    private var hour: Int64 = .min
    private var inHour: [String: Int] = [:]

    /// The header's word for why a call is refused; `nil` when it is not, and then it counts.
    mutating func refusal(of call: EmulatorCall, account: String, now: Int64) -> String? {
        guard let limits else { return nil }
        forget(now)
        let operation = call.match.operation
        let endpoint = Counted.endpoint(account, index: operation.index)
        if isOver(limits.endpointLimit(of: operation), inSecond[endpoint]) { return "endpoint-rate" }
        if isOver(limits.requestsPerSecond, inSecond[.account(account)]) { return "global-rate" }
        if let intent = Self.changedIntent(call) {
            if isOver(limits.paymentIntentUpdatesPerHour, inHour[intent]) { return "resource-specific" }
            inHour[intent, default: 0] += 1
        }
        inSecond[endpoint, default: 0] += 1
        inSecond[.account(account), default: 0] += 1
        return nil
    }

    /// The error that goes with a refusal.
    static func error() -> StripeError {
        StripeError(
            status: 429, kind: .invalidRequest, code: "rate_limit",
            message: "Request rate limit exceeded. You can learn more about rate limits here: "
                + "https://docs.stripe.com/rate-limits.",
            docURL: StripeError.documentation("rate_limit"))
    }

    private mutating func forget(_ now: Int64) {
        if now != second {
            second = now
            inSecond.removeAll(keepingCapacity: true)
        }
        if now / 3_600 != hour || inHour.count >= Self.countedMax {
            hour = now / 3_600
            inHour.removeAll()
        }
    }

    private func isOver(_ limit: Int?, _ count: Int?) -> Bool {
        limit.map { (count ?? 0) >= $0 } ?? false
    }

    /// The PaymentIntent that a call changes.
    private static func changedIntent(_ call: EmulatorCall) -> String? {
        let operation = call.match.operation
        guard operation.verb == .post, operation.pathTemplate.hasPrefix("/v1/payment_intents/{intent}") else {
            return nil
        }
        return call.match.pathParameters.first?.value
    }
}
