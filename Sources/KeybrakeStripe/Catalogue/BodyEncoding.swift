/// How the parameters of a POST travel. GET and DELETE carry theirs in the query.
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
