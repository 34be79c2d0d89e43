internal import KeybrakeStripe

/// Discounts: a coupon as it is applied to something.
///
///     a `discounts` parameter ─→ applied ─┬─ its months are over, or its one invoice is billed ─→ not applied
///                                         └─ delete ─→ not applied
///
/// What a discount has taken off stays; the discount itself can always be expanded.
enum Discounts {
    static let routes: [(String, Behaviour)] = [
        ("GET /v1/customers/{customer}/discount", ofCustomer),
        ("DELETE /v1/customers/{customer}/discount", deleteOfCustomer),
        ("DELETE /v1/subscriptions/{subscription_exposed_id}/discount", deleteOfSubscription),
        ("GET /v1/customers/{customer}/subscriptions/{subscription_exposed_id}/discount", ofCustomersSubscription),
        (
            "DELETE /v1/customers/{customer}/subscriptions/{subscription_exposed_id}/discount",
            deleteOfCustomersSubscription
        ),
    ]

    /// How many discounts one thing may have.
    static let countMax = 20

    /// What a discount is applied to.
    enum Place: Sendable {
        case customer(String)
        case subscription(String)
        case subscriptionItem(String)
        case invoice(String)
        case invoiceItem(String)
        case checkoutSession(String)

        fileprivate var member: (name: String, id: String) {
            switch self {
            case .customer(let id): ("customer", id)
            case .subscription(let id): ("subscription", id)
            case .subscriptionItem(let id): ("subscription_item", id)
            case .invoice(let id): ("invoice", id)
            case .invoiceItem(let id): ("invoice_item", id)
            case .checkoutSession(let id): ("checkout_session", id)
            }
        }

        /// Whether the customer is told of its beginning and end.
        fileprivate var isLasting: Bool {
            switch self {
            case .customer, .subscription, .subscriptionItem: true
            default: false
            }
        }
    }

    /// One element of a `discounts` parameter, looked at but not yet applied.
    enum Wanted: Sendable {
        /// A discount that exists and is applied here too.
        case existing(String)
        case coupon(String, terms: JSONObject, promotionCode: String?)
    }

    // MARK: From a parameter to discounts

    /// Looks at a `discounts` parameter and refuses what cannot be redeemed; nothing changes.
    static func check(_ value: FormValue?, param: String = "discounts", customer: String?, _ account: Account)
        throws(StripeError) -> [Wanted]
    {
        guard let value, value.text != "" else { return [] }
        var wanted: [Wanted] = []
        for (index, element) in (value.list ?? [value]).enumerated() {
            let path = "\(param)[\(index)]"
            guard let form = element.map else { throw .invalid("Invalid object", param: path) }
            wanted.append(try check(form, path, customer: customer, account))
        }
        guard wanted.count <= countMax else {
            throw .invalid("You may only specify up to \(countMax) discounts.", param: param)
        }
        return wanted
    }

    private static func check(_ form: FormMap, _ path: String, customer: String?, _ account: Account)
        throws(StripeError) -> Wanted
    {
        let names = ["coupon", "discount", "promotion_code"].filter { form.given($0) != nil }
        guard names.count == 1 else {
            throw .invalid(
                names.isEmpty
                    ? "Each discount needs one of: coupon, discount, promotion_code."
                    : "You may only specify one of these parameters: coupon, discount, promotion_code.", param: path)
        }
        if let id = form.given("discount") {
            return .existing(try account.find(.discount, id, param: "\(path)[discount]").id)
        }
        if let id = form.given("promotion_code") {
            let param = "\(path)[promotion_code]"
            let coupon = try PromotionCodes.redeemable(id, customer: customer, param: param, account)
            let terms = try Coupons.redeemable(coupon, param: param, account)
            return .coupon(coupon, terms: terms, promotionCode: id)
        }
        let coupon = form.given("coupon") ?? ""
        let terms = try Coupons.redeemable(coupon, param: "\(path)[coupon]", account)
        return .coupon(coupon, terms: terms, promotionCode: nil)
    }

    /// Redeems what was looked at.
    ///
    /// - Returns: the discounts' ids, as the `discounts` member of what they are applied to shows them.
    static func apply(
        _ wanted: [Wanted], to place: Place, customer: String?, _ account: inout Account, _ cause: Cause
    ) -> [String] {
        wanted.map { wanted in
            switch wanted {
            case .existing(let id): id
            case .coupon(let coupon, let terms, let promotionCode):
                make(coupon, terms, promotionCode, place, customer: customer, &account, cause)
            }
        }
    }

    private static func make(
        _ coupon: String, _ terms: JSONObject, _ promotionCode: String?, _ place: Place, customer: String?,
        _ account: inout Account, _ cause: Cause
    ) -> String {
        let months = terms["duration_in_months"]?.integerValue
        let end = months.map { BillingPeriod.after(cause.now, interval: "month", count: $0) }
        var discount = template
        let id = account.ids.next("di")
        discount.set("id", id)
        discount.set("customer", customer)
        discount["end"] = JSONValue(end)
        discount.set("promotion_code", promotionCode)
        discount["source"] = ["coupon": .string(coupon), "type": "coupon"]
        discount.set("start", cause.now)
        discount.set(place.member.name, place.member.id)
        account.create(.discount, discount, event: place.isLasting ? "customer.discount.created" : nil, cause)
        if let end, place.isLasting { account.agenda.add(.discountEnds(id: id), at: end) }
        if let promotionCode { PromotionCodes.redeem(promotionCode, &account, cause) }
        Coupons.redeem(coupon, &account, cause)
        return id
    }

    // MARK: What bills ask

    static func ids(_ owner: JSONObject) -> [String] {
        owner["discounts"]?.arrayValue?.compactMap { $0.stringValue ?? $0["id"]?.stringValue } ?? []
    }

    /// The discounts that an invoice of a subscription begins with: the subscription's own, or else the customer's.
    static func inherited(_ subscription: JSONObject, customer: JSONObject) -> [String] {
        let own = ids(subscription)
        return own.isEmpty ? customer["discount"]?["id"]?.stringValue.map { [$0] } ?? [] : own
    }

    static func applied(_ ids: [String], currency: String, _ account: Account) -> [AppliedDiscount] {
        ids.compactMap { AppliedDiscount.find($0, currency: currency, account) }
    }

    /// An invoice has been billed: coupons that are good for one invoice are used up.
    static func spendOnce(_ invoice: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard invoice.integer("subtotal") > 0 else { return }
        for id in spent(by: invoice) {
            guard let discount = account.store.object(.discount, id: id)?.tree,
                let coupon = discount["source"]?["coupon"]?.stringValue,
                Coupons.terms(coupon, account)?.text("duration") == "once"
            else { continue }
            remove(discount, event: nil, &account, cause)
        }
    }

    private static func spent(by invoice: JSONObject) -> [String] {
        (invoice["total_discount_amounts"]?.arrayValue ?? []).compactMap { $0["discount"]?.stringValue }
    }

    // MARK: The end

    /// The months of a repeating coupon are over.
    static func end(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard let discount = account.store.object(.discount, id: id)?.tree else { return }
        remove(discount, event: "customer.discount.deleted", &account, cause)
    }

    static func ofCustomer(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(try discount(ofCustomer: call, account))
    }

    static func deleteOfCustomer(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let discount = try discount(ofCustomer: call, account)
        remove(discount, event: "customer.discount.deleted", &account, call.cause)
        return .object(note(discount))
    }

    static func deleteOfSubscription(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try deleteAll(ofSubscription: call.pathValue(), call, &account)
    }

    static func ofCustomersSubscription(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(try discount(ofSubscription: call.pathValue(1), customer: call.pathValue(), account))
    }

    static func deleteOfCustomersSubscription(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        _ = try discount(ofSubscription: call.pathValue(1), customer: call.pathValue(), account)
        return try deleteAll(ofSubscription: call.pathValue(1), call, &account)
    }

    private static func deleteAll(ofSubscription id: String, _ call: Call, _ account: inout Account)
        throws(StripeError) -> Reply
    {
        let first = try discount(ofSubscription: id, customer: nil, account)
        let all = account.store.object(.subscription, id: id).map { ids($0.tree) } ?? []
        for id in all {
            guard let discount = account.store.object(.discount, id: id)?.tree else { continue }
            remove(discount, event: "customer.discount.deleted", &account, call.cause)
        }
        return .object(note(first))
    }

    private static func discount(ofCustomer call: Call, _ account: Account) throws(StripeError) -> JSONObject {
        let customer = try account.target(.customer, call)
        guard let discount = customer.tree.object("discount") else {
            throw .coded("resource_missing", "No active discount for customer: \(customer.id)", param: "customer")
        }
        return discount
    }

    private static func discount(ofSubscription id: String, customer: String?, _ account: Account)
        throws(StripeError) -> JSONObject
    {
        let subscription = try account.find(.subscription, id, param: "subscription_exposed_id", status: 404)
        guard customer == nil || subscription.text("customer") == customer else {
            throw .missing("subscription", id: id, param: "subscription_exposed_id")
        }
        guard let first = ids(subscription.tree).first, let discount = account.store.object(.discount, id: first)
        else {
            throw .coded(
                "resource_missing", "No active discount for subscription: \(id)", param: "subscription_exposed_id")
        }
        return discount.tree
    }

    /// Takes a discount off what it is applied to.
    private static func remove(_ discount: JSONObject, event: String?, _ account: inout Account, _ cause: Cause) {
        let id = discount.text("id") ?? ""
        for kind in [ObjectKind.subscriptionItem, .subscription] {
            guard let owner = discount.text(kind.name), let stored = account.store.object(kind, id: owner) else {
                continue
            }
            var tree = stored.tree
            let rest = ids(tree).filter { $0 != id }
            guard rest.count != ids(tree).count else { continue }
            tree["discounts"] = .array(rest.map { .string($0) })
            account.update(kind, tree, cause)
        }
        if let owner = discount.text("customer"), let stored = account.store.object(.customer, id: owner),
            !stored.isDeleted
        {
            var tree = stored.tree
            if tree["discount"]?["id"]?.stringValue == id {
                tree.set("discount", nil as JSONObject?)
                account.update(.customer, tree, cause)
            }
        }
        if let event { account.emit(event, object: discount.bytes, cause) }
    }

    /// What a deletion answers.
    private static func note(_ discount: JSONObject) -> JSONObject {
        var note = discount
        note["end"] = nil
        note.set("deleted", true)
        return note
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"discount","checkout_session":null,"customer":null,"customer_account":null,"end":null,
        "invoice":null,"invoice_item":null,"promotion_code":null,"source":{},"start":0,"subscription":null,
        "subscription_item":null}
        """#)
}
