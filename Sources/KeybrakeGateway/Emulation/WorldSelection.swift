package import KeybrakeStripe
package import NIOHTTP1

/// Which world of the emulator a call is meant for.
package struct WorldSelection: Sendable, Equatable {
    /// Whether each key has a world of its own when nothing else names one.
    package var isByKey: Bool

    /// The header that names a world.
    package static let header = "X-Keybrake-World"

    package init(isByKey: Bool) {
        self.isByKey = isByKey
    }

    /// The path's session, else the header, else what stands behind the key, else the key itself or the common world.
    ///
    /// - Throws: 400 for a name that is too long.
    package func world(target: RequestTarget, headers: HTTPHeaders, key: PlainKey) throws(StripeError) -> String {
        let header = headers.first(name: Self.header) ?? ""
        let name = target.session ?? (header.isEmpty ? key.session ?? "" : header)
        guard name.utf8.count <= RequestTarget.selectorBytesMax else {
            throw .invalid("The name of a world may have \(RequestTarget.selectorBytesMax) bytes at most.")
        }
        guard name.isEmpty else { return name }
        return isByKey ? key.accountPart : EmulateMode.commonWorld
    }
}
