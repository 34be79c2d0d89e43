/// A method of Stripe's API.
package enum Verb: UInt8, Sendable, CaseIterable {
    case get
    case post
    case delete

    /// The method as HTTP writes it, such as `POST`.
    package var text: String {
        switch self {
        case .get: "GET"
        case .post: "POST"
        case .delete: "DELETE"
        }
    }

    /// The verb of a method name in upper case; `nil` for a method that Stripe's API does not have.
    package init?(text: some StringProtocol) {
        switch text {
        case "GET": self = .get
        case "POST": self = .post
        case "DELETE": self = .delete
        default: return nil
        }
    }
}
