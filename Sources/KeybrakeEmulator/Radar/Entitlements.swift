internal import KeybrakeStripe

/// What customers are entitled to: the features of the products that they subscribe to.
///
///     a feature, given to a product ─→ active for each customer whose subscription to it is active or trialing
enum Entitlements {
    private static let features = "/v1/entitlements/features"
    private static let active = "/v1/entitlements/active_entitlements"
    private static let ofProduct = "/v1/products/{product}/features"

    static let routes: [(String, Behaviour)] =
        [
            ("POST " + features, createFeature),
            ("GET " + features, listFeatures),
            ("POST \(features)/{id}", updateFeature),
            ("GET " + active, listActive),
            ("GET \(active)/{id}", retrieveActive),
            ("POST " + ofProduct, give),
        ]
        + Shaped.plain(
            "GET \(features)/{id}", "GET " + ofProduct, "GET \(ofProduct)/{id}", "DELETE \(ofProduct)/{id}")

    static func createFeature(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let key = try call.form.required("lookup_key")
        let objects = account.store.collection(.entitlementFeature)?.objects ?? []
        guard !objects.contains(where: { !$0.isDeleted && $0.text("lookup_key") == key }) else {
            throw .coded(
                "resource_already_exists", "A feature with the lookup key `\(key)` exists already.",
                param: "lookup_key")
        }
        var feature = try account.shaped(call)
        feature.set("active", true)
        return .stored(.entitlementFeature, id: account.create(.entitlementFeature, feature, call.cause).id)
    }

    static func listFeatures(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let isArchived = call.form.flag("archived") ?? false
        return try account.page(
            .entitlementFeature, call, url: features, filters: [("lookup_key", call.form.given("lookup_key"))]
        ) { $0.tree.flag("active") != isArchived }
    }

    /// Products show their features, which have changed.
    static func updateFeature(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let feature = try account.shaped(call, into: try account.named(.entitlementFeature, call))
        account.update(.entitlementFeature, feature, call.cause)
        let given = (account.store.collection(.productFeature)?.objects ?? []).filter { !$0.isDeleted }.map(\.tree)
        for var link in given where link["entitlement_feature"]?["id"]?.stringValue == call.pathValue() {
            link.set("entitlement_feature", feature)
            account.update(.productFeature, link, call.cause)
        }
        return .stored(.entitlementFeature, id: call.pathValue())
    }

    /// Gives a product a feature.
    static func give(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let product = try account.find("product", call.pathValue(), param: "product", status: 404).id
        let id = try call.form.required("entitlement_feature")
        let feature = try account.find(.entitlementFeature, id, param: "entitlement_feature").tree
        guard feature.flag("active") else {
            throw .invalid("The feature \(id) is archived.", param: "entitlement_feature")
        }
        guard !links(of: product, account).contains(where: { $0["entitlement_feature"]?["id"]?.stringValue == id })
        else {
            throw .invalid("The product has the feature \(id) already.", param: "entitlement_feature")
        }
        var link = account.blank(.productFeature, now: call.now)
        link.set("entitlement_feature", feature)
        var stored = StoredObject(id: link.text("id") ?? "", created: call.now, bytes: link.bytes)
        stored.owner = product
        account.store.insert(.productFeature, stored)
        return .stored(.productFeature, id: stored.id)
    }

    static func listActive(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let customer = try account.find(.customer, try call.form.required("customer"), param: "customer").id
        let found = entitlements(of: customer, account)
        let request = try PageRequest(call.form)
        let ids = found.map { $0.text("id") ?? "" }
        // The first one comes first, so the order of positions is turned around.
        let last = found.count - 1
        let page = try request.select(
            from: 0..<found.count, position: { id in ids.firstIndex(of: id).map { last - $0 } },
            noun: "active entitlement"
        ) { _ in true }
        return .page(
            ListPage(
                url: active, elements: page.positions.map { found[last - $0].bytes }, hasMore: page.hasMore))
    }

    static func retrieveActive(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        for customer in account.store.collection(.customer)?.objects ?? [] where !customer.isDeleted {
            let found = entitlements(of: customer.id, account).first { $0.text("id") == call.pathValue() }
            if let found { return .object(found) }
        }
        throw .missing("active entitlement", id: call.pathValue(), param: "id")
    }

    /// Each feature once, by the customer's active subscriptions.
    private static func entitlements(of customer: String, _ account: Account) -> [JSONObject] {
        var seen: Set<String> = []
        var found: [JSONObject] = []
        for product in products(of: customer, account) {
            for link in links(of: product, account) {
                guard let id = link["entitlement_feature"]?["id"]?.stringValue, seen.insert(id).inserted else {
                    continue
                }
                var name = IDSource(seed: account.seed, name: "entitlement of \(customer) to \(id)")
                found.append([
                    "id": .string(name.next("ent")), "object": "entitlements.active_entitlement",
                    "feature": .string(id), "livemode": false,
                    "lookup_key": link["entitlement_feature"]?["lookup_key"] ?? "",
                ])
            }
        }
        return found
    }

    private static func products(of customer: String, _ account: Account) -> [String] {
        guard let collection = account.store.collection(.subscription) else { return [] }
        let positions = collection.positions(where: "customer", is: customer)
        let own = positions.map { $0.map { collection.objects[Int($0)] } }
        let subscriptions = own ?? collection.objects.filter { $0.text("customer") == customer }
        return subscriptions.filter { ["active", "trialing"].contains($0.text("status")) && !$0.isDeleted }
            .flatMap { $0.tree["items"]?["data"]?.arrayValue ?? [] }
            .compactMap { $0["price"]?["product"]?.stringValue }
    }

    private static func links(of product: String, _ account: Account) -> [JSONObject] {
        (account.store.collection(.productFeature)?.objects ?? [])
            .filter { !$0.isDeleted && $0.owner == product }.map(\.tree)
    }
}
