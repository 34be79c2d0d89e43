/// How much may be spent: so many US cents, or explicitly without limit. Zero means that no money may move.
package enum SpendLimit: Sendable, Hashable {
    case usdCents(Int64)
    case unlimited

    /// The limit in cents, or `nil` for none.
    package var usdCents: Int64? {
        if case .usdCents(let cents) = self { cents } else { nil }
    }
}
