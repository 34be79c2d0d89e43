package import KeybrakeStripe

/// One answer as a cassette remembers it.
package struct RecordedResponse: Sendable {
    /// The status that Stripe sent.
    package var status: Int
    /// Header names and values in the order of the wire. What a recording keeps of them is ``ResponseHeaders``' rule.
    package var headers: [(name: String, value: String)]
    package var body: Body

    /// What an answer carries.
    package enum Body: Sendable, Hashable {
        /// Numerals and the order of members are kept.
        case json(JSONValue)
        /// Any other bytes; empty when there was no body.
        case raw([UInt8])
    }

    package init(status: Int, headers: [(name: String, value: String)], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension RecordedResponse: Equatable {
    package static func == (left: RecordedResponse, right: RecordedResponse) -> Bool {
        left.status == right.status && left.body == right.body
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
    }
}
