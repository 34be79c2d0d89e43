package import KeybrakeStripe

/// One call as a cassette remembers it: what was asked, not how its bytes looked.
///
/// Exactly one of the three bodies is in use: `parameters` (the query of a GET or DELETE, the form of a POST), `json`
/// (v2), or `raw` (multipart and anything else).
package struct RecordedRequest: Sendable, Equatable {
    /// The operation's name, such as `POST /v1/charges/{charge}/capture`.
    package var operation: String
    /// The path as it was sent, without query and without the proxy's own prefix, such as `/v1/charges/ch_1/capture`.
    package var path: String
    /// The decoded query or form; empty when there was none.
    package var parameters: FormMap
    /// The JSON body, when that is what was sent.
    package var json: JSONValue?
    /// The body bytes, when they are neither form nor JSON.
    package var raw: [UInt8]?
    /// The media type of `raw`, with its parameters.
    package var rawContentType: String?
    /// The `Stripe-Version` header.
    package var apiVersion: String?
    /// The `Stripe-Account` header.
    package var account: String?
    /// The `Idempotency-Key` header. Never stored and never matched; a retry in replay is recognised by it.
    package var idempotencyKey: String?

    package init(
        operation: String, path: String, parameters: FormMap = FormMap(), json: JSONValue? = nil, raw: [UInt8]? = nil,
        rawContentType: String? = nil, apiVersion: String? = nil, account: String? = nil, idempotencyKey: String? = nil
    ) {
        self.operation = operation
        self.path = path
        self.parameters = parameters
        self.json = json
        self.raw = raw
        self.rawContentType = rawContentType
        self.apiVersion = apiVersion
        self.account = account
        self.idempotencyKey = idempotencyKey
    }

    /// The method, which is the operation's first word: `GET`, `POST` or `DELETE`.
    package var method: Substring { operation.prefix { $0 != " " } }

    /// Whether the call may change something at Stripe.
    package var isWrite: Bool { !operation.utf8.starts(with: "GET ".utf8) }
}
