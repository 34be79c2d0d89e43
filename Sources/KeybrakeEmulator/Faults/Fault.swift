internal import KeybrakeStripe

/// A fault that one request asks for with `X-Keybrake-Fault`, so that parallel tests do not disturb each other.
///
/// The header holds words separated by `;`, each at most once:
///
///     status=500              the answer is that error (400…599); nothing is executed
///     code=lock_timeout       the error's code; with `status` only
///     reason=global-rate      `Stripe-Rate-Limited-Reason`; with `status=429` only
///     should_retry=true       `Stripe-Should-Retry`
///     after_commit            with `status`: the call is executed, and the client sees the error all the same
///     reset                   the connection is reset; nothing is executed
///     timeout_after_commit    the call is executed, and the connection is reset before the answer
///     timeout_before_commit   the same as `reset`
///     truncate=100            the connection closes after that many bytes of the body
///     delay_ms=50             the answer waits that long
///     slow_ms=2000            the body takes that long
struct Fault: Sendable, Equatable {
    static let millisecondsMax = 600_000
    static let headerBytesMax = 256

    private(set) var status: Int?
    private(set) var code: String?
    private(set) var reason: String?
    private(set) var shouldRetry: Bool?
    private(set) var isExecuted = true
    private var resets = false
    private var truncatedBytes: Int?
    private var delayMilliseconds = 0
    private var slowMilliseconds: Int?

    /// Reads the header.
    ///
    /// - Throws: 400 for an unknown word, a bad value, or words that contradict each other.
    init(_ header: String) throws(StripeError) {
        guard header.utf8.count <= Self.headerBytesMax else {
            throw Self.refused("it is longer than \(Self.headerBytesMax) bytes")
        }
        var seen: Set<Substring> = []
        var isAfterCommit = false
        for word in header.split(separator: ";", omittingEmptySubsequences: false) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0]
            guard seen.insert(name).inserted else { throw Self.refused("`\(name)` is there twice") }
            if parts.count == 1 {
                switch name {
                case "reset", "timeout_before_commit":
                    resets = true
                    isExecuted = false
                case "timeout_after_commit": resets = true
                case "after_commit": isAfterCommit = true
                default: throw Self.refused("`\(name.prefix(40))` is not known")
                }
            } else {
                try take(name, parts[1])
            }
        }
        if status != nil { isExecuted = isAfterCommit }
        try checkWhole(isAfterCommit: isAfterCommit)
    }

    private mutating func take(_ name: Substring, _ value: Substring) throws(StripeError) {
        switch name {
        case "status": status = try Self.number(name, value, 400...599)
        case "code":
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F }) else {
                throw Self.refused("`code` takes small letters and `_`")
            }
            code = String(value)
        case "reason":
            guard Self.reasons.contains(String(value)) else {
                throw Self.refused("`reason` is one of \(Self.reasons.joined(separator: ", "))")
            }
            reason = String(value)
        case "should_retry":
            guard value == "true" || value == "false" else { throw Self.refused("`should_retry` is true or false") }
            shouldRetry = value == "true"
        case "truncate": truncatedBytes = try Self.number(name, value, 0...16_777_216)
        case "delay_ms": delayMilliseconds = try Self.number(name, value, 0...Self.millisecondsMax)
        case "slow_ms": slowMilliseconds = try Self.number(name, value, 1...Self.millisecondsMax)
        default: throw Self.refused("`\(name.prefix(40))` is not known")
        }
    }

    private func checkWhole(isAfterCommit: Bool) throws(StripeError) {
        guard !(resets && (status != nil || truncatedBytes != nil)) else {
            throw Self.refused("a reset has no status and no body")
        }
        guard status != nil || (code == nil && !isAfterCommit) else {
            throw Self.refused("`code` and `after_commit` need `status`")
        }
        guard reason == nil || status == 429 else { throw Self.refused("`reason` needs `status=429`") }
    }

    /// The error that takes the answer's place; `nil` when the answer itself goes out.
    var error: StripeError? {
        guard let status else { return nil }
        let kind: StripeError.Kind = status >= 500 || status == 409 ? .api : .invalidRequest
        return StripeError(
            status: status, kind: kind, code: code ?? (status == 429 ? "rate_limit" : nil),
            message: "This fault was asked for with X-Keybrake-Fault.")
    }

    /// The answer with the fault's headers, on its way through the fault.
    func applied(to answer: EmulatorAnswer) -> EmulatorAnswer {
        var answer = answer
        if let reason { answer.headers.append(("Stripe-Rate-Limited-Reason", reason)) }
        if let shouldRetry { answer.headers.append(("Stripe-Should-Retry", shouldRetry ? "true" : "false")) }
        var delivery = EmulatorAnswer.Delivery(delayMilliseconds: delayMilliseconds)
        if let slowMilliseconds {
            delivery.bodyBytesPerSecond = max(1, answer.body.count * 1_000 / slowMilliseconds)
        }
        if let truncatedBytes { delivery.ending = .truncated(bodyBytes: min(truncatedBytes, answer.body.count)) }
        if resets { delivery.ending = .reset }
        if delivery != EmulatorAnswer.Delivery() { answer.delivery = delivery }
        return answer
    }

    private static let reasons = [
        "global-rate", "endpoint-rate", "global-concurrency", "endpoint-concurrency", "resource-specific",
    ]

    private static func number(_ name: Substring, _ value: Substring, _ range: ClosedRange<Int>) throws(StripeError)
        -> Int
    {
        guard ScalarCheck.isInteger(String(value)), let number = Int(value), range.contains(number) else {
            throw refused("`\(name)` is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func refused(_ reason: String) -> StripeError {
        .invalid("The header X-Keybrake-Fault cannot be used: \(reason).", param: "X-Keybrake-Fault")
    }
}
