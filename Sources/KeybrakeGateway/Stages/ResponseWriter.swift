internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

/// Puts answers into the form that clients receive: our request id, the mode, the source, and no header that belongs
/// to another connection or account.
enum ResponseWriter {
    static let modeHeader = "X-Keybrake-Mode"
    static let sourceHeader = "X-Keybrake-Source"
    static let upstreamRequestIDHeader = "X-Keybrake-Upstream-Request-Id"

    /// An answer from upstream, a cassette or the emulator.
    ///
    /// - Parameter idempotencyKey: the client's own, which stands in the place of the one that Stripe was sent.
    static func answer(_ answer: Answer, idempotencyKey: String?, requestID: String, mode: Mode) -> OutgoingResponse {
        var headers = head(requestID: requestID, mode: mode, source: answer.source, capacity: answer.headers.count + 4)
        copy(answer.headers, into: &headers, requestID: requestID)
        if let idempotencyKey { headers.add(name: "Idempotency-Key", value: idempotencyKey) }
        return OutgoingResponse(status: answer.status, headers: headers, body: answer.body, fault: answer.fault)
    }

    /// The stored answer to an earlier request with the same idempotency key.
    static func replay(
        _ stored: StoredAnswer, idempotencyKey: String?, requestID: String, mode: Mode
    ) -> OutgoingResponse {
        var headers = head(requestID: requestID, mode: mode, source: .policy, capacity: stored.headers.count + 4)
        for (name, value) in stored.headers { headers.add(name: name, value: value) }
        headers.replaceOrAdd(name: "Idempotent-Replayed", value: "true")
        if let idempotencyKey { headers.add(name: "Idempotency-Key", value: idempotencyKey) }
        return OutgoingResponse(status: stored.status, headers: headers, body: ByteBuffer(bytes: stored.body))
    }

    /// A refusal of our own.
    static func refusal(_ refusal: Refusal, requestID: String, mode: Mode) -> OutgoingResponse {
        var headers = head(requestID: requestID, mode: mode, source: .policy, capacity: 8)
        headers.add(name: "Content-Type", value: "application/json")
        headers.add(name: "Stripe-Should-Retry", value: refusal.retry == .maySucceed ? "true" : "false")
        if refusal.status == 401 { headers.add(name: "WWW-Authenticate", value: "Bearer") }
        if let seconds = refusal.retryAfterSeconds { headers.add(name: "Retry-After", value: String(seconds)) }
        return OutgoingResponse(status: refusal.status, headers: headers, body: ByteBuffer(bytes: refusal.error.body))
    }

    /// The headers of an answer that a later replay repeats.
    static func storable(_ headers: HTTPHeaders, requestID: String) -> [(String, String)] {
        var kept = HTTPHeaders()
        copy(headers, into: &kept, requestID: requestID)
        return kept.map { ($0.name, $0.value) }
    }

    private static func head(requestID: String, mode: Mode, source: Answer.Source, capacity: Int) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.reserveCapacity(capacity)
        headers.add(name: "Request-Id", value: requestID)
        headers.add(name: modeHeader, value: mode.rawValue)
        headers.add(name: sourceHeader, value: source.rawValue)
        return headers
    }

    private static func copy(_ source: HTTPHeaders, into headers: inout HTTPHeaders, requestID: String) {
        for (name, value) in source {
            switch ForwardedHeader(name) {
            case .passed: headers.add(name: name, value: value)
            // The emulator answers under our own id.
            case .requestID where value == requestID: continue
            case .requestID: headers.add(name: upstreamRequestIDHeader, value: value)
            case .dropped: continue
            }
        }
    }
}

/// What becomes of a header of Stripe's answer on its way to the client.
private enum ForwardedHeader {
    case passed
    case requestID
    case dropped

    /// Decided by the length first, because this runs for every header of every answer.
    init(_ name: String) {
        switch name.utf8.count {
        case 4 where name.matches("date"), 6 where name.matches("server"): self = .dropped
        case 10 where name.matches("request-id"): self = .requestID
        case 10 where name.matches("connection") || name.matches("keep-alive") || name.matches("set-cookie"):
            self = .dropped
        case 14 where name.matches("content-length"): self = .dropped
        // Of another instance of this program in Stripe's place.
        case 15 where name.matches("idempotency-key") || name.matches("x-keybrake-mode"): self = .dropped
        case 17 where name.matches("transfer-encoding") || name.matches("x-keybrake-source"): self = .dropped
        case 30 where name.matches("x-keybrake-upstream-request-id"): self = .dropped
        case 25 where name.matches("strict-transport-security"): self = .dropped
        default: self = .passed
        }
    }
}

extension String {
    /// Whether the text is this lower-case word in any case.
    fileprivate func matches(_ word: StaticString) -> Bool {
        var index = 0
        for byte in utf8 {
            guard (0x41...0x5A).contains(byte) ? byte | 0x20 == word.utf8Start[index] : byte == word.utf8Start[index]
            else {
                return false
            }
            index += 1
        }
        return true
    }
}
