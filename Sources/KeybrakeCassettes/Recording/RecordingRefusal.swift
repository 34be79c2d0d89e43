/// Why an interaction may not be written. Nothing of it reaches the disk, and the texts quote none of it.
package struct RecordingRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of refusal.
    package enum Reason: Sendable, Equatable {
        /// After redaction something still looks like a secret; `kind` says what, `place` where.
        case secretRemains(kind: String, place: String)
        /// The answer says `livemode: true`: real customers' data is not recorded.
        case liveMode
        case tooLarge(limitBytes: Int)
    }

    package let reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .secretRemains(let kind, let place):
            "not recorded: \(place) holds what looks like \(kind), and redaction has no rule that removes it from there"
        case .liveMode: "not recorded: the answer is live-mode data (livemode is true); record with a test-mode key"
        case .tooLarge(let limit): "not recorded: the interaction is larger than \(limit) bytes"
        }
    }
}
