internal import KeybrakeStripe

/// Where the neighbours of a page of the second API are, as paths with a query.
struct PageAddresses: Sendable, Equatable {
    private(set) var next: String?
    private(set) var previous: String?

    /// The neighbours of a page that was asked for with these parameters.
    ///
    /// - Parameter hasMore: whether there is more in the direction in which the call was reading.
    init(of page: ListPage, _ form: FormMap) throws(StripeError) {
        let request = try PageRequest(form)
        var kept = form
        kept["page"] = nil
        kept["limit"] = .text(String(request.limit))
        let query = String(decoding: FormEncoder.encode(kept), as: UTF8.self)
        let isBackwards = request.endingBefore != nil
        if let last = page.elements.last.flatMap({ StoredObject.text("id", in: $0) }), page.hasMore || isBackwards {
            next = "\(page.url)?\(query)&page=\(Self.after)\(last)"
        }
        let hasPrevious = isBackwards ? page.hasMore : request.startingAfter != nil
        if let first = page.elements.first.flatMap({ StoredObject.text("id", in: $0) }), hasPrevious {
            previous = "\(page.url)?\(query)&page=\(Self.before)\(first)"
        }
    }

    /// The objects between which a page with that name begins or ends.
    static func cursor(_ token: String) throws(StripeError) -> (after: String?, before: String?) {
        if token.hasPrefix(before) { return (nil, String(token.dropFirst(before.count))) }
        guard token.hasPrefix(after) else { throw unknown }
        return (String(token.dropFirst(after.count)), nil)
    }

    static var unknown: StripeError {
        .invalid("The page token is not one that a list gave.", param: "page")
    }

    private static let after = "page_"
    private static let before = "page_before_"
}
