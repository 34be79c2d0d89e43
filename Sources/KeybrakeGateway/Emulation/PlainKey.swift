/// A Stripe test key as a client of the plain emulator presents it, with what may stand behind it:
/// `sk_test_abc~session=checkout-3`.
package struct PlainKey: Equatable {
    /// The key alone.
    let text: String
    /// From `~session=`; `nil` without it.
    let session: String?

    /// Whatever stands behind the key and is no session stays part of the key, which is then refused as unknown.
    package init(_ presented: String) {
        guard let suffix = presented.firstRange(of: "~session=") else {
            text = presented
            session = nil
            return
        }
        text = String(presented[..<suffix.lowerBound])
        session = String(presented[suffix.upperBound...])
    }

    /// What distinguishes one account's keys from another's: the text after `sk_test_`, which a secret, a restricted
    /// and a publishable key of one account share.
    var accountPart: String {
        let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? String(parts[2]) : text
    }
}
