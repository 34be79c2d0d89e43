/// An error as Stripe's API states it: a status and an `error` object.
///
/// The `error` member is always an object: the SDKs fail on a bare string there.
package struct StripeError: Error, Sendable, Equatable {
    /// The four values that `type` has on the wire.
    package enum Kind: String, Sendable {
        case api = "api_error"
        case card = "card_error"
        case idempotency = "idempotency_error"
        case invalidRequest = "invalid_request_error"
    }

    package var status: Int
    package var kind: Kind
    package var code: String?
    package var message: String
    package var param: String?
    package var declineCode: String?
    package var docURL: String?
    /// Further members of the error object (`charge`, `payment_intent`, `payment_method`, …).
    package var details: JSONObject

    package init(
        status: Int, kind: Kind, code: String? = nil, message: String, param: String? = nil, declineCode: String? = nil,
        docURL: String? = nil, details: JSONObject = JSONObject()
    ) {
        self.status = status
        self.kind = kind
        self.code = code
        self.message = message
        self.param = param
        self.declineCode = declineCode
        self.docURL = docURL
        self.details = details
    }

    /// A 400 that names the parameter at fault.
    package static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> StripeError {
        StripeError(status: 400, kind: .invalidRequest, code: code, message: message, param: param)
    }

    /// The whole body, `{"error": {…}}`.
    package var json: JSONValue {
        var error = JSONObject()
        if let code { error.append("code", .string(code)) }
        if let declineCode { error.append("decline_code", .string(declineCode)) }
        if let docURL { error.append("doc_url", .string(docURL)) }
        error.append("message", .string(message))
        if let param { error.append("param", .string(param)) }
        for member in details.members { error.append(member.name, member.value) }
        error.append("type", .string(kind.rawValue))
        return .object(["error": .object(error)])
    }

    /// The body as it goes over the wire.
    package var body: [UInt8] { JSONWriter.bytes(json, layout: .pretty) }
}
