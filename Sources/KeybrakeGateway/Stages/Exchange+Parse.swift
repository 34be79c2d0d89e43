internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

extension Exchange {
    /// Turns bytes into an operation and a tree. What could be read in two ways is refused; what is judged from here on
    /// is what is sent, because it is encoded again from this tree.
    func parse() throws(Refusal) {
        guard let target, let verb = Verb(request.method) else { throw .unknownRoute }
        guard let match = gateway.catalogue.operation(verb: verb, path: target.path) else { throw .unknownRoute }
        self.match = match
        try refuseOverrides()
        try readIdempotencyKey()
        if verb == .post {
            guard target.query.isEmpty else {
                throw .malformed("Parameters of a POST belong into its body, not into the query.")
            }
            try parseBody(match.operation)
        } else {
            guard request.body.readableBytes == 0 else {
                throw .malformed("Parameters of a \(verb.text) belong into its query, not into a body.")
            }
            form = try decode(Array(target.query.utf8))
        }
        if idempotencyKey != nil, match.operation.isWrite { fingerprint = requestFingerprint() }
    }

    /// The key is echoed in a header of the answer and stands in the audit, so that it must be printable, short and no
    /// secret.
    private func readIdempotencyKey() throws(Refusal) {
        let values = request.headers["Idempotency-Key"]
        guard let value = values.first else { return }
        guard values.count == 1 else { throw .malformed("The request has more than one Idempotency-Key header.") }
        guard (1...Self.idempotencyKeyBytesMax).contains(value.utf8.count),
            value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw .malformed(
                "The Idempotency-Key must have 1 to \(Self.idempotencyKeyBytesMax) printable ASCII characters.")
        }
        guard !SecretText.isLikely(value) else { throw .malformed("The Idempotency-Key must not hold a secret key.") }
        idempotencyKey = value
    }

    /// How long an idempotency key may be, as at Stripe.
    private static let idempotencyKeyBytesMax = 255

    private func parseBody(_ operation: Operation) throws(Refusal) {
        let type = try contentType()
        switch operation.bodyEncoding {
        case .json:
            guard request.body.readableBytes > 0 else { return }
            guard type == "application/json" else { throw .contentType("application/json") }
            do throws(JSONParser.Failure) {
                json = try JSONParser.parse(request.body.readableBytesView)
            } catch {
                throw .malformed("The body is no JSON: \(error).")
            }
            if json?.repeatedName != nil { throw .malformed("The body names a member of an object twice.") }
        case .multipart where type == "multipart/form-data":
            upload = request.body
        case .form, .multipart, .none:
            guard request.body.readableBytes > 0 else { return }
            guard type == "application/x-www-form-urlencoded" else {
                throw .contentType("application/x-www-form-urlencoded")
            }
            form = try decode(request.body.readableBytesView)
        }
    }

    private func decode(_ bytes: some Collection<UInt8>) throws(Refusal) -> FormMap {
        do throws(FormDecoder.Failure) {
            return try FormDecoder.decode(bytes)
        } catch {
            throw .malformed("The parameters cannot be judged: \(error.reason.rawValue).", param: knownName(error.path))
        }
    }

    /// The top-level name of a parameter, when it is one that the operation has: other text of the request is not
    /// repeated.
    private func knownName(_ path: String) -> String? {
        let name = String(path.prefix { $0 != "[" })
        return match?.operation.parameters.field(name) == nil ? nil : name
    }

    /// The media type without its parameters, in lower case; empty when the header is missing.
    private func contentType() throws(Refusal) -> String {
        for encoding in request.headers["Content-Encoding"] where encoding.lowercased() != "identity" {
            throw .malformed("Encoded bodies are not accepted.")
        }
        let values = request.headers["Content-Type"]
        guard values.count <= 1 else { throw .malformed("The request has more than one Content-Type header.") }
        guard let value = values.first else { return "" }
        let type = value.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
        return Substring(type).lowercased()
    }

    private func refuseOverrides() throws(Refusal) {
        for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
        where request.headers.contains(name: name) {
            throw .malformed("Method overrides are not accepted.")
        }
    }
}

extension Refusal {
    fileprivate static func contentType(_ expected: String) -> Refusal {
        .malformed("The body of this operation must be sent as \(expected).")
    }
}

extension Verb {
    /// The verb of a method; `nil` for methods that no operation of Stripe's has.
    init?(_ method: HTTPMethod) {
        switch method {
        case .GET: self = .get
        case .POST: self = .post
        case .DELETE: self = .delete
        default: return nil
        }
    }
}
