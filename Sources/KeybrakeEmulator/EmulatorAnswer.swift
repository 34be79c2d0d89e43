/// What the emulated API answers, as data: the shell writes it, or damages it on the way when a fault says so.
package struct EmulatorAnswer: Sendable {
    /// Which of the two layers gave the answer; on the wire `X-Keybrake-Emulated: state` or `schema`.
    package enum Layer: String, Sendable {
        /// From objects that the world remembers.
        case state
        /// From the shape that the catalogue gives; nothing was remembered.
        case schema
    }

    /// How the answer reaches the client.
    package struct Delivery: Sendable, Equatable {
        /// What becomes of the bytes.
        package enum Ending: Sendable, Equatable {
            case whole
            /// The connection closes after that many bytes of the body.
            case truncated(bodyBytes: Int)
            /// The connection is reset before the first byte of the answer.
            case reset
        }
        package var delayMilliseconds = 0
        /// When set, the body is sent no faster than this.
        package var bodyBytesPerSecond: Int?
        package var ending = Ending.whole

        package init(delayMilliseconds: Int = 0, bodyBytesPerSecond: Int? = nil, ending: Ending = .whole) {
            self.delayMilliseconds = delayMilliseconds
            self.bodyBytesPerSecond = bodyBytesPerSecond
            self.ending = ending
        }
    }

    package var status: Int
    /// Everything but `Content-Length`, `Date` and `Connection`; `Request-Id` and the layer's header are there.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var layer: Layer
    /// `nil`: at once and whole.
    package var delivery: Delivery?

    package init(
        status: Int, headers: [(name: String, value: String)], body: [UInt8], layer: Layer, delivery: Delivery? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.layer = layer
        self.delivery = delivery
    }
}
