internal import KeybrakeStripe

/// How the second API tells of an error: its `type` alone decides which exception a client raises.
enum VersionTwoErrors {
    /// The body, `{"error": {"code", "message", "type", …}}`.
    static func body(_ error: StripeError) -> [UInt8] {
        var told: JSONObject = [
            "code": .string(code(error)), "message": .string(error.message), "type": .string(type(error)),
        ]
        if let param = error.param { told.set("param", param) }
        for member in error.details.members where member.name != "type" { told[member.name] = member.value }
        return JSONWriter.bytes(.object(["error": .object(told)]), layout: .pretty)
    }

    /// An error of a type that only the second API has.
    static func typed(_ type: String, code: String, status: Int = 400, _ message: String) -> StripeError {
        StripeError(
            status: status, kind: .invalidRequest, code: code, message: message,
            details: ["type": .string(type)])
    }

    private static func code(_ error: StripeError) -> String {
        switch error.code {
        case "resource_missing"? where error.status == 404: "not_found"
        case let code?: code
        case nil:
            switch (error.status, error.kind) {
            case (_, .idempotency): "idempotency_error"
            case (401, _): "unauthorized"
            case (403, _): "forbidden"
            case (429, _): "rate_limit"
            case (500..., _): "api_error"
            default: "invalid_request"
            }
        }
    }

    private static func type(_ error: StripeError) -> String {
        error.details.text("type") ?? (error.status == 429 ? "rate_limit" : error.kind.rawValue)
    }
}
