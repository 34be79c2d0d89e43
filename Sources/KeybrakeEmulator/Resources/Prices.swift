internal import KeybrakeStripe

/// Products and their prices.
///
///     create ─→ active ⇄ inactive ─ (products without prices can be deleted; prices never)
enum Prices {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/prices", create),
        ("POST /v1/prices/{price}", update),
        ("POST /v1/products", createProduct),
        ("POST /v1/products/{id}", updateProduct),
        ("DELETE /v1/products/{id}", deleteProduct),
    ]

    private static let price = SynthesisPlan(named: "POST /v1/prices")
    private static let product = SynthesisPlan(named: "POST /v1/products")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id: String
        try check(call.form, account)
        if let form = call.form.map("product_data") {
            id = try makeProduct(form, call, &account)
        } else {
            id = try account.find("product", try call.form.required("product"), param: "product").id
        }
        return .stored("price", id: try make(call.form, product: id, call, &account))
    }

    static func createProduct(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        if let form = call.form.map("default_price_data") {
            do throws(StripeError) {
                try check(form, account)
            } catch {
                throw error.inside("default_price_data")
            }
        }
        let id = try makeProduct(call.form, call, &account)
        if let form = call.form.map("default_price_data") {
            let price = try make(form, product: id, call, &account)
            if var product = account.store.object("product", id: id)?.tree {
                product.set("default_price", price)
                account.update("product", product, call.cause)
            }
        }
        return .stored("product", id: id)
    }

    static func deleteProduct(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let product = try account.find("product", call.pathValue(), param: "id", status: 404)
        let prices = account.store.collection("price")?.positions(where: "product", is: product.id) ?? []
        guard prices.isEmpty else {
            throw .invalid("This product cannot be deleted because it has one or more user-created prices.")
        }
        return .object(account.delete("product", id: product.id, event: "product.deleted", call.cause))
    }

    /// Makes a price from the parameters of a create call, or of `price_data` and `default_price_data`.
    ///
    /// - Returns: its id.
    static func make(_ form: FormMap, product: String, _ call: Call, _ account: inout Account) throws(StripeError)
        -> String
    {
        try make(form, product: product, &account, call.cause)
    }

    static func make(_ form: FormMap, product: String, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> String
    {
        guard let plan = price else { return "" }
        let currency = try form.required("currency").lowercased()
        try check(form, account)
        let tiered = form["tiers"] != nil
        var object = try FormMerge.merged(
            form, into: nil, plan, skipping: ["product", "currency"], &account, now: cause.now)
        object.set("billing_scheme", tiered ? "tiered" : "per_unit")
        object.set("currency", currency)
        object.set("product", product)
        object.set("type", form["recurring"] == nil ? "one_time" : "recurring")
        if let amount = form.integer("unit_amount") {
            object.set("unit_amount", amount)
            object.set("unit_amount_decimal", String(amount))
        } else if let text = form.given("unit_amount_decimal") {
            object.set("unit_amount_decimal", text)
            object["unit_amount"] = JSONValue(Int64(text))
        }
        if object.text("tax_behavior") == nil { object.set("tax_behavior", "unspecified") }
        if var recurring = object.object("recurring") {
            if recurring.integer("interval_count") == 0 { recurring.set("interval_count", 1) }
            if form.map("recurring")?.given("usage_type") == nil { recurring.set("usage_type", "licensed") }
            object.set("recurring", recurring)
        }
        completeTiers(of: &object)
        let id = account.create(.price, object, event: "price.created", cause).id
        takeLookupKey(form, for: id, &account, cause)
        Plans.tell("created", of: object, &account, cause)
        return id
    }

    /// Tiers say their amounts as decimals, too.
    private static func completeTiers(of price: inout JSONObject) {
        guard let tiers = price["tiers"]?.arrayValue else { return }
        price["tiers"] = .array(
            tiers.map { tier in
                guard var tier = tier.objectValue else { return tier }
                for name in ["unit_amount", "flat_amount"] where tier.text("\(name)_decimal") == nil {
                    if let amount = tier[name]?.integerValue { tier.set("\(name)_decimal", String(amount)) }
                }
                return .object(tier)
            })
    }

    /// - Returns: the product's id.
    static func makeProduct(_ form: FormMap, _ call: Call, _ account: inout Account) throws(StripeError) -> String {
        try makeProduct(form, &account, call.cause)
    }

    static func makeProduct(_ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError) -> String {
        guard let plan = product else { return "" }
        if let id = form.given("id"), account.store.object("product", id: id)?.isDeleted == false {
            throw .coded("resource_already_exists", "Product already exists.", param: "id")
        }
        var object = try FormMerge.merged(form, into: nil, plan, &account, now: cause.now)
        object.set("updated", cause.now)
        if form.given("active") == nil { object.set("active", true) }
        return account.create("product", object, event: "product.created", cause).id
    }
}

extension SynthesisPlan {
    /// The plan of the operation of that name.
    init?(named name: String) {
        guard let operation = Catalogue.shared.operation(named: name) else { return nil }
        self.init(operation)
    }
}
