internal import KeybrakeStripe

/// A discount as totals are computed with it: whose it is, and what it takes off.
struct AppliedDiscount: Sendable, Equatable {
    enum Effect: Sendable, Equatable {
        case percent(Percentage)
        /// In the smallest units of the currency that is billed.
        case amount(Int64)
    }

    /// The id of the discount.
    let id: String
    let effect: Effect
    /// The products that it is limited to.
    var products: Set<String>?

    init(id: String, effect: Effect, products: Set<String>? = nil) {
        self.id = id
        self.effect = effect
        self.products = products
    }

    /// - Parameter currency: what is billed in; an amount in another currency takes nothing off.
    init(id: String, coupon: JSONObject, currency: String) {
        self.id = id
        let limited = coupon["applies_to"]?["products"]?.arrayValue?.compactMap(\.stringValue)
        products = limited.map(Set.init)
        if let percent = Percentage(coupon["percent_off"]) {
            effect = .percent(percent)
        } else {
            effect = .amount(Coupons.amountOff(coupon, currency: currency) ?? 0)
        }
    }

    /// The discount of that id; `nil` when the account does not know it.
    static func find(_ id: String, currency: String, _ account: Account) -> AppliedDiscount? {
        guard let discount = account.store.object(.discount, id: id)?.tree,
            let coupon = discount["source"]?["coupon"]?.stringValue,
            let terms = Coupons.terms(coupon, account)
        else { return nil }
        return AppliedDiscount(id: id, coupon: terms, currency: currency)
    }

    func applies(to product: String?) -> Bool {
        guard let products else { return true }
        return product.map(products.contains) ?? false
    }
}
