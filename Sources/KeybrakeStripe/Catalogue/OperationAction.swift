/// What an operation does, in the words of a store: it makes, reads, changes or removes objects of one resource.
package struct OperationAction: Sendable, Hashable {
    /// The forms that operations have.
    package enum Form: String, Sendable, CaseIterable {
        case create
        case retrieve
        case update
        case list
        case search
        case delete
        /// Anything else, such as capturing a charge, pinging an endpoint, or rendering a PDF.
        case action
    }

    /// What is done.
    package let form: Form
    /// The resource acted on, by its schema name (`charge`, `checkout.session`; never a `deleted_…` one).
    ///
    /// `payment_source` and `external_account` are unions of resources. `nil` for the two operations that answer with
    /// no object: the PDF of a quote, and the event stream.
    package let resource: String?
}
