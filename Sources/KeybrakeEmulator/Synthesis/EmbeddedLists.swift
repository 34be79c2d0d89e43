internal import KeybrakeStripe

/// Lists that an object holds itself, such as the items of a subscription or the lines of an invoice.
enum EmbeddedLists {
    /// The page of a list whose elements the owner holds; `nil` when it holds none of that name.
    static func page(_ plan: SynthesisPlan, _ call: Call, owner: String, _ account: Account) throws(StripeError)
        -> Reply?
    {
        guard let kind = plan.owners.last ?? nil, let holder = account.store.object(kind, id: owner),
            let list = holder.tree.object(plan.lastWord) ?? holder.tree.object("lines"),
            let elements = list["data"]?.arrayValue, !elements.isEmpty
        else { return nil }
        return .page(
            try page(
                of: elements.compactMap(\.objectValue), call, noun: ResourceNames.noun(plan.kind),
                url: call.path(of: call.operation)))
    }

    /// A page of elements that are at hand, in their order.
    static func page(of elements: [JSONObject], _ call: Call, noun: String, url: String) throws(StripeError)
        -> ListPage
    {
        let request = try PageRequest(call.form)
        let ids = elements.map { $0.text("id") ?? "" }
        // Here the first element comes first, so the order of positions is turned around.
        let last = elements.count - 1
        let found = try request.select(
            from: 0..<elements.count, position: { id in ids.firstIndex(of: id).map { last - $0 } },
            noun: noun
        ) { _ in true }
        return ListPage(
            url: url, elements: found.positions.map { elements[last - $0].bytes }, hasMore: found.hasMore)
    }

    /// Where the list that an object holds in a member can be read on.
    static func path(of member: String, in resource: String, id: String) -> String {
        if resource == "subscription", member == "items" { return "/v1/subscription_items?subscription=\(id)" }
        return "\(path(of: resource, id: id))/\(member)"
    }

    /// Where an object of a resource can be read.
    static func path(of resource: String, id: String) -> String {
        "\(collections[resource] ?? "/v1/\(resource)s")/\(id)"
    }

    /// The path under which the objects of a resource stand, without their id.
    private static let collections: [String: String] = Dictionary(
        Catalogue.shared.operations.compactMap { operation in
            guard operation.action.form == .retrieve, operation.pathParameterNames.count == 1,
                operation.pathTemplate.hasSuffix("}"), let resource = operation.action.resource,
                let end = operation.pathTemplate.lastIndex(of: "/")
            else { return nil }
            return (resource, String(operation.pathTemplate[..<end]))
        }, uniquingKeysWith: { first, _ in first })
}
