/// How an emulated answer is spoiled on its way, because a test asked for it: it waits, then its body drips, then it
/// ends as told.
package struct WireFault: Sendable, Equatable {
    /// What becomes of the bytes.
    package enum Ending: Sendable, Equatable {
        case whole
        /// Only that many bytes of the body are sent under the full `Content-Length`, then the connection closes.
        case truncated(bodyBytes: Int)
        /// The connection is reset and no byte of the answer is sent.
        case reset
    }

    /// How long the whole answer is held back.
    package var delayMilliseconds: Int
    /// The body is sent in pieces over that long; 0 sends it at once.
    package var bodyMilliseconds: Int
    package var ending: Ending

    /// What every honest answer has.
    package static let none = WireFault()

    package init(delayMilliseconds: Int = 0, bodyMilliseconds: Int = 0, ending: Ending = .whole) {
        self.delayMilliseconds = delayMilliseconds
        self.bodyMilliseconds = bodyMilliseconds
        self.ending = ending
    }
}
