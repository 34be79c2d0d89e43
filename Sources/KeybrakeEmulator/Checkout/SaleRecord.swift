internal import KeybrakeStripe

/// What a Checkout session, payment link or quote keeps beside what it shows: its line items in their order, and the
/// parameters that matter only later, such as `payment_intent_data`.
struct SaleRecord {
    let owner: String
    var items: [JSONObject]
    /// The parameters of the create call.
    var form: FormMap
    /// The ids of the tax rates of an item, by the item's id.
    var rates: [String: [String]] = [:]

    private static let kind: ObjectKind = "keybrake.sale"

    init(owner: String, items: [JSONObject], form: FormMap) {
        self.owner = owner
        self.items = items
        self.form = form
    }

    /// The record of that object; an empty one for an object that was imported without.
    init(of owner: String, in account: Account) {
        let tree = account.store.object(Self.kind, id: owner)?.tree ?? JSONObject()
        self.owner = owner
        items = tree["items"]?.arrayValue?.compactMap(\.objectValue) ?? []
        form = (try? FormDecoder.decode(tree.text("form") ?? "")) ?? FormMap()
        for member in tree.object("tax_rates")?.members ?? [] {
            rates[member.name] = member.value.arrayValue?.compactMap(\.stringValue)
        }
    }

    /// Whether what recurs begins with a time that costs nothing.
    var hasTrial: Bool {
        guard let data = form.map("subscription_data") else { return false }
        return (data.integer("trial_period_days") ?? 0) > 0 || data.integer("trial_end") != nil
    }

    /// Remembers the record, in place of an earlier one of its owner.
    func save(_ account: inout Account, _ cause: Cause) {
        let tree: JSONObject = [
            "id": .string(owner), "object": .string(Self.kind.name),
            "form": .string(String(decoding: FormEncoder.encode(form), as: UTF8.self)),
            "items": .array(items.map { .object($0) }),
            "tax_rates": .object(
                JSONObject(
                    items.compactMap { item in
                        let id = item.text("id") ?? ""
                        return rates[id].map { .init(name: id, value: .array($0.map { .string($0) })) }
                    })),
        ]
        account.create(Self.kind, tree, cause)
    }

    /// A page of the items, the first one first.
    func page(_ call: Call) throws(StripeError) -> Reply {
        let request = try PageRequest(call.form)
        let ids = items.map { $0.text("id") ?? "" }
        // Lists begin with what is newest, so positions count from the end.
        let last = items.count - 1
        let found = try request.select(
            from: 0..<items.count, position: { id in ids.firstIndex(of: id).map { last - $0 } }, noun: "line item"
        ) { _ in true }
        return .page(
            ListPage(
                url: call.path(of: call.operation), elements: found.positions.map { items[last - $0].bytes },
                hasMore: found.hasMore))
    }

    /// The items as a member of their owner.
    func list(url: String) -> JSONValue {
        let shown = items.prefix(Int(PageRequest.limitDefault)).map { JSONValue.object($0) }
        return [
            "object": "list", "data": .array(shown), "has_more": .bool(items.count > shown.count), "url": .string(url),
        ]
    }
}
