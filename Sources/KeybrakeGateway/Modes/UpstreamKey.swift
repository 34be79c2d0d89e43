/// Stripe's own secret key. It cannot be printed: every description of it is four stars.
package struct UpstreamKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let secret: String

    /// Why a text is not taken as a key for upstream.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Takes a secret or restricted key.
    ///
    /// - Throws: ``Failure``, without the text, when it is no `sk_` or `rk_` key.
    package init(_ text: String) throws(Failure) {
        guard text.hasPrefix("sk_") || text.hasPrefix("rk_"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Failure(description: "STRIPE_SECRET_KEY must hold a secret (sk_…) or restricted (rk_…) key")
        }
        secret = text
    }

    /// Whether the key moves real money.
    package var isLive: Bool { secret.hasPrefix("sk_live_") || secret.hasPrefix("rk_live_") }

    /// The value of the `Authorization` header.
    var authorization: String { "Bearer " + secret }

    package var description: String { "****" }
    package var debugDescription: String { "****" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
