internal import KeybrakeStripe

/// A fault that befalls one request: asked for by its `X-Keybrake-Fault` header, so that parallel tests do not disturb
/// each other, or by a ``FaultRule`` of the world.
///
/// It is given in words, each at most once; the header separates them by `;`:
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
    /// Who asked for it, for the error's message.
    var origin = "X-Keybrake-Fault"
    private var resets = false
    private var truncatedBytes: Int?
    private var delayMilliseconds = 0
    private var slowMilliseconds: Int?

    /// One word, with its value if it has one.
    struct Word {
        let name: String
        let value: String?
    }

    /// Why words make no fault.
    struct Refusal: Error, Equatable {
        let reason: String
    }

    /// Reads the words.
    ///
    /// - Throws: for an unknown word, a bad value, or words that contradict each other.
    init(_ words: [Word]) throws(Refusal) {
        var seen: Set<String> = []
        var isAfterCommit = false
        for word in words {
            guard seen.insert(word.name).inserted else { throw Refusal(reason: "`\(word.name)` is there twice") }
            if let value = word.value {
                try take(word.name, value)
                continue
            }
            switch word.name {
            case "reset", "timeout_before_commit":
                resets = true
                isExecuted = false
            case "timeout_after_commit": resets = true
            case "after_commit": isAfterCommit = true
            default: throw Refusal(reason: "`\(word.name.prefix(40))` is not known")
            }
        }
        if status != nil { isExecuted = isAfterCommit }
        try checkWhole(isAfterCommit: isAfterCommit)
    }

    /// Reads the header.
    ///
    /// - Throws: 400 when it cannot be used.
    init(_ header: String) throws(StripeError) {
        do throws(Refusal) {
            self = try Fault(Self.words(of: header))
        } catch {
            throw .invalid("The header X-Keybrake-Fault cannot be used: \(error.reason).", param: "X-Keybrake-Fault")
        }
    }

    /// The words between the semicolons.
    static func words(of text: String) throws(Refusal) -> [Word] {
        guard text.utf8.count <= headerBytesMax else {
            throw Refusal(reason: "it is longer than \(headerBytesMax) bytes")
        }
        return text.split(separator: ";", omittingEmptySubsequences: false).map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Word(name: String(parts[0]), value: parts.count == 1 ? nil : String(parts[1]))
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(Refusal) {
        switch name {
        case "status": status = try Self.number(name, value, 400...599)
        case "code":
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F }) else {
                throw Refusal(reason: "`code` takes small letters and `_`")
            }
            code = value
        case "reason":
            guard Self.reasons.contains(value) else {
                throw Refusal(reason: "`reason` is one of \(Self.reasons.joined(separator: ", "))")
            }
            reason = value
        case "should_retry":
            guard value == "true" || value == "false" else { throw Refusal(reason: "`should_retry` is true or false") }
            shouldRetry = value == "true"
        case "truncate": truncatedBytes = try Self.number(name, value, 0...16_777_216)
        case "delay_ms": delayMilliseconds = try Self.number(name, value, 0...Self.millisecondsMax)
        case "slow_ms": slowMilliseconds = try Self.number(name, value, 1...Self.millisecondsMax)
        default: throw Refusal(reason: "`\(name.prefix(40))` is not known")
        }
    }

    private func checkWhole(isAfterCommit: Bool) throws(Refusal) {
        guard !(resets && (status != nil || truncatedBytes != nil)) else {
            throw Refusal(reason: "a reset has no status and no body")
        }
        guard status != nil || (code == nil && !isAfterCommit) else {
            throw Refusal(reason: "`code` and `after_commit` need `status`")
        }
        guard reason == nil || status == 429 else { throw Refusal(reason: "`reason` needs `status=429`") }
    }

    /// The error that takes the answer's place; `nil` when the answer itself goes out.
    var error: StripeError? {
        guard let status else { return nil }
        let kind: StripeError.Kind = status >= 500 || status == 409 ? .api : status == 402 ? .card : .invalidRequest
        return StripeError(
            status: status, kind: kind, code: code ?? (status == 429 ? "rate_limit" : nil),
            message: "This fault was asked for by \(origin).")
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

    private static func number(_ name: String, _ value: String, _ range: ClosedRange<Int>) throws(Refusal) -> Int {
        guard ScalarCheck.isInteger(value), let number = Int(value), range.contains(number) else {
            throw Refusal(reason: "`\(name)` is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
