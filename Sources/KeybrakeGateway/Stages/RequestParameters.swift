internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

/// What a request asks of its operation, read in the one way in which it can be read.
struct RequestParameters {
    /// The decoded query of a GET or DELETE, the form of a POST.
    private(set) var form = FormMap()
    /// The JSON body of a v2 call.
    private(set) var json: JSONValue?
    /// The body of an upload, as it came.
    private(set) var upload: ByteBuffer?
    /// Fit for a header and for the audit; `nil` when the client sent none.
    private(set) var idempotencyKey: String?

    /// - Throws: a refusal with 400 for whatever two readers could read differently.
    init(_ request: IncomingRequest, operation: Operation, query: String) throws(Refusal) {
        try Self.refuseOverrides(request.headers)
        idempotencyKey = try Self.idempotencyKey(request.headers)
        if operation.verb == .post {
            guard query.isEmpty else {
                throw .malformed("Parameters of a POST belong into its body, not into the query.")
            }
            try readBody(request, operation)
        } else {
            guard request.body.readableBytes == 0 else {
                throw .malformed("Parameters of a \(operation.verb.text) belong into its query, not into a body.")
            }
            form = try Self.decode(Array(query.utf8), operation)
        }
    }

    /// How long an idempotency key may be, as at Stripe.
    private static let idempotencyKeyBytesMax = 255

    /// The key is echoed in a header of the answer and stands in the audit, so that it must be printable, short and no
    /// secret.
    private static func idempotencyKey(_ headers: HTTPHeaders) throws(Refusal) -> String? {
        let values = headers["Idempotency-Key"]
        guard let value = values.first else { return nil }
        guard values.count == 1 else { throw .malformed("The request has more than one Idempotency-Key header.") }
        guard (1...idempotencyKeyBytesMax).contains(value.utf8.count),
            value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw .malformed(
                "The Idempotency-Key must have 1 to \(idempotencyKeyBytesMax) printable ASCII characters.")
        }
        guard !SecretText.isLikely(value) else { throw .malformed("The Idempotency-Key must not hold a secret key.") }
        return value
    }

    private mutating func readBody(_ request: IncomingRequest, _ operation: Operation) throws(Refusal) {
        let type = try Self.contentType(request.headers)
        // Operations of the second API that take no body still get an empty object from the clients.
        let isVersionTwo = operation.pathTemplate.hasPrefix("/v2/")
        switch operation.bodyEncoding == .none && isVersionTwo ? .json : operation.bodyEncoding {
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
            form = try Self.decode(request.body.readableBytesView, operation)
        }
    }

    private static func decode(_ bytes: some Collection<UInt8>, _ operation: Operation) throws(Refusal) -> FormMap {
        do throws(FormDecoder.Failure) {
            return try FormDecoder.decode(bytes)
        } catch {
            // The parameter is named only when the operation has it: other text of the request is not repeated.
            let name = String(error.path.prefix { $0 != "[" })
            throw .malformed(
                "The parameters cannot be judged: \(error.reason.rawValue).",
                param: operation.parameters.field(name) == nil ? nil : name)
        }
    }

    /// The media type without its parameters, in lower case; empty when the header is missing.
    private static func contentType(_ headers: HTTPHeaders) throws(Refusal) -> String {
        for encoding in headers["Content-Encoding"] where encoding.lowercased() != "identity" {
            throw .malformed("Encoded bodies are not accepted.")
        }
        let values = headers["Content-Type"]
        guard values.count <= 1 else { throw .malformed("The request has more than one Content-Type header.") }
        guard let value = values.first else { return "" }
        let type = value.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
        return Substring(type).lowercased()
    }

    private static func refuseOverrides(_ headers: HTTPHeaders) throws(Refusal) {
        for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] where headers.contains(name: name)
        {
            throw .malformed("Method overrides are not accepted.")
        }
    }
}

extension Refusal {
    fileprivate static func contentType(_ expected: String) -> Refusal {
        .malformed("The body of this operation must be sent as \(expected).")
    }
}
