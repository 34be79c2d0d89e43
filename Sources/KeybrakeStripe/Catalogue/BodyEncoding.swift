/// How the parameters of a POST travel. GET and DELETE carry theirs in the query, and four operations of the second API
/// are POSTs that Stripe's document gives no body.
package enum BodyEncoding: Sendable {
    case none
    case form
    case json
    case multipart

    /// The media type, or `nil` when there is no body.
    package var mediaType: String? {
        switch self {
        case .none: nil
        case .form: "application/x-www-form-urlencoded"
        case .json: "application/json"
        case .multipart: "multipart/form-data"
        }
    }
}
