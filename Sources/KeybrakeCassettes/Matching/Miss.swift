/// Why no recorded interaction answers a request, told for the developer whose test it is.
package struct Miss: Error, Sendable, Equatable {
    /// The kinds of miss.
    package enum Reason: Sendable, Equatable {
        /// The cassette has no call of this operation. `recorded` lists what it has, the most frequent first.
        case noSuchOperation(recorded: [String])
        /// Calls of the operation were recorded, but none with these parameters.
        case parametersDiffer
        /// The very call was recorded that many times, and each was played already. Only writes can miss like this.
        case allPlayed(recorded: Int)
        /// The idempotency key was used in this session with other parameters.
        case idempotencyKeyReused
        /// The matching record cannot be read.
        case unreadable(detail: String)
    }

    /// One parameter in which the request differs from the nearest interaction.
    package struct Difference: Sendable, Equatable {
        /// The parameter's bracket path such as `metadata[order]`, or `path`, `Stripe-Account`, `Stripe-Version`.
        package let name: String
        /// The value in the cassette, redacted; `nil` when it has none.
        package let recorded: String?
        /// The value that was sent, redacted; `nil` when none was.
        package let sent: String?

        package init(name: String, recorded: String?, sent: String?) {
            self.name = name
            self.recorded = recorded
            self.sent = sent
        }
    }

    package let cassette: String
    package let operation: String
    package let reason: Reason
    /// The interaction with the fewest differences, counted from 1; `nil` when nothing comes near.
    package let nearest: Int?
    package let differences: [Difference]

    package init(cassette: String, operation: String, reason: Reason, nearest: Int?, differences: [Difference]) {
        self.cassette = cassette
        self.operation = operation
        self.reason = reason
        self.nearest = nearest
        self.differences = differences
    }
}
