internal import KeybrakeStripe
internal import NIOHTTP1

extension Exchange {
    /// Turns bytes into an operation and a tree. What could be read in two ways is refused; what is judged from here on
    /// is what is sent, because it is encoded again from this tree.
    func parse() throws(Refusal) {
        guard let target, let verb = Verb(request.method) else { throw .unknownRoute }
        guard let match = gateway.catalogue.operation(verb: verb, path: target.path) else { throw .unknownRoute }
        self.match = match
        let parameters = try RequestParameters(request, operation: match.operation, query: target.query)
        form = parameters.form
        json = parameters.json
        upload = parameters.upload
        idempotencyKey = parameters.idempotencyKey
        if idempotencyKey != nil, match.operation.isWrite { fingerprint = requestFingerprint() }
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
