internal import KeybrakeStripe

/// Value lists of Radar's rules, and their items.
///
///     create ─→ kept, under an alias that no other list has ─ delete ─→ gone, with its items
enum RadarValueLists {
    private static let lists = "/v1/radar/value_lists"
    private static let items = "/v1/radar/value_list_items"

    static let routes: [(String, Behaviour)] =
        [
            ("POST " + lists, create),
            ("GET " + lists, list),
            ("POST \(lists)/{value_list}", update),
            ("DELETE \(lists)/{value_list}", delete),
            ("POST " + items, createItem),
        ]
        + Shaped.plain(
            "GET \(lists)/{value_list}", "GET " + items, "GET \(items)/{item}", "DELETE \(items)/{item}")

    static let itemsMax = 50_000

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        try checkAlias(call.form, except: nil, account)
        var list = try account.shaped(call)
        let id = list.text("id") ?? ""
        list.set("created_by", "emulator@example.com")
        list.set("item_type", call.form.given("item_type") ?? "string")
        list["list_items"] = [
            "object": "list", "data": [], "has_more": false, "url": .string("\(items)?value_list=\(id)"),
        ]
        account.create(.radarValueList, list, call.cause)
        return .stored(.radarValueList, id: id)
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let holders = call.form.given("contains").map { value in
            Set(itemsOf(account) { $0.text("value") == value }.compactMap { $0.text("value_list") })
        }
        return try account.page(.radarValueList, call, url: lists, filters: [("alias", call.form.given("alias"))]) {
            holders?.contains($0.id) ?? true
        }
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try account.named(.radarValueList, call)
        try checkAlias(call.form, except: call.pathValue(), account)
        account.update(.radarValueList, try account.shaped(call, into: old), call.cause)
        return .stored(.radarValueList, id: call.pathValue())
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try account.find(.radarValueList, call.pathValue(), param: "value_list", status: 404).id
        for item in itemsOf(account, where: { $0.text("value_list") == id }) {
            _ = account.delete(.radarValueListItem, id: item.id, call.cause)
        }
        return .object(account.delete(.radarValueList, id: id, call.cause))
    }

    static func createItem(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let id = try call.form.required("value_list")
        let list = try account.find(.radarValueList, id, param: "value_list").tree
        let value = try call.form.required("value")
        try check(value, list.text("item_type") ?? "")
        let siblings = itemsOf(account) { $0.text("value_list") == id }
        guard !siblings.contains(where: { $0.text("value") == value }) else {
            throw .invalid("The list \(id) has an item with that value already.", param: "value")
        }
        guard siblings.count < itemsMax else {
            throw .invalid("A value list has at most \(itemsMax) items.", param: "value_list")
        }
        var item = try account.shaped(call)
        item.set("created_by", "emulator@example.com")
        return .stored(.radarValueListItem, id: account.create(.radarValueListItem, item, call.cause).id)
    }

    private static func itemsOf(_ account: Account, where fits: (StoredObject) -> Bool) -> [StoredObject] {
        (account.store.collection(.radarValueListItem)?.objects ?? []).filter { !$0.isDeleted && fits($0) }
    }

    private static func checkAlias(_ form: FormMap, except id: String?, _ account: Account) throws(StripeError) {
        guard let alias = form.given("alias") else { return }
        let lists = account.store.collection(.radarValueList)?.objects ?? []
        guard !lists.contains(where: { !$0.isDeleted && $0.id != id && $0.text("alias") == alias }) else {
            throw .invalid("A value list with the alias `\(alias)` exists already.", param: "alias")
        }
    }

    /// Refuses what is no value of the list's type.
    private static func check(_ value: String, _ type: String) throws(StripeError) {
        let isFine =
            switch type {
            case "card_bin": (6...8).contains(value.utf8.count) && value.utf8.allSatisfy { (0x30...0x39).contains($0) }
            case "country": value.utf8.count == 2 && value.allSatisfy(\.isLetter)
            case "customer_id": value.hasPrefix("cus_")
            case "email": value.split(separator: "@", omittingEmptySubsequences: false).count == 2
            default: true
            }
        guard isFine else { throw .invalid("Invalid value for a list of type \(type).", param: "value") }
    }
}
