internal import KeybrakeStripe

extension StripeError {
    /// A 400 with a code, and the page that explains it.
    static func coded(_ code: String, _ message: String, param: String? = nil) -> StripeError {
        StripeError(
            status: 400, kind: .invalidRequest, code: code, message: message, param: param, docURL: documentation(code))
    }

    /// The object that a path, a parameter or a cursor names does not exist.
    ///
    /// - Parameters:
    ///   - noun: what Stripe calls it in its message (`customer`, `PaymentMethod`).
    ///   - status: 404 for what the path names, 400 for what a parameter names.
    static func missing(_ noun: String, id: String, param: String, status: Int = 404) -> StripeError {
        StripeError(
            status: status, kind: .invalidRequest, code: "resource_missing",
            message: "No such \(noun): '\(id.prefix(100))'", param: param, docURL: documentation("resource_missing"))
    }

    static func parameterMissing(_ param: String) -> StripeError {
        coded("parameter_missing", "Missing required param: \(param).", param: param)
    }

    static func integerTooSmall(_ param: String, minimum: Int64) -> StripeError {
        coded(
            "parameter_invalid_integer", "This value must be greater than or equal to \(minimum).", param: param)
    }

    /// An object is not in a state in which this may be done to it.
    static func unexpectedState(_ code: String, _ message: String, details: JSONObject = JSONObject()) -> StripeError {
        StripeError(
            status: 400, kind: .invalidRequest, code: code, message: message, docURL: documentation(code),
            details: details)
    }
}
