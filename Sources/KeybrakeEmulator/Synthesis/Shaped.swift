internal import KeybrakeStripe

/// What families share whose objects have the members that their shape says, while their states have rules.
enum Shaped {
    /// By the operation's index.
    private static let plans: [SynthesisPlan?] = Catalogue.shared.operations.map { SynthesisPlan($0) }

    static func plan(_ operation: Operation) -> SynthesisPlan? {
        operation.index < plans.count ? plans[operation.index] : nil
    }

    /// The operations of a family that remember and read, and have no rules of their own.
    static func plain(_ names: String...) -> [(String, Behaviour)] {
        names.compactMap { name in
            Catalogue.shared.operation(named: name).flatMap(Synthesized.behaviour).map { (name, $0) }
        }
    }

    /// Refuses what may only be done to objects in certain states.
    ///
    /// - Parameter verb: what is done, as in `captured`.
    static func check(_ tree: JSONObject, _ member: String = "status", isOneOf states: String..., toBe verb: String)
        throws(StripeError)
    {
        let state = tree.text(member) ?? ""
        guard states.contains(state) else {
            let noun = ResourceNames.noun(ObjectKind(tree.text("object") ?? ""))
            throw .invalid(
                "This \(noun) cannot be \(verb) because it has a \(member) of \(state). Only one with one of the "
                    + "following may be: \(states.joined(separator: ", ")).")
        }
    }
}

extension Account {
    /// A new object with what the call sends in it; it has an id, and is not remembered yet.
    mutating func shaped(_ call: Call, skipping: Set<String> = []) throws(StripeError) -> JSONObject {
        guard let plan = Shaped.plan(call.operation) else { return JSONObject() }
        return try FormMerge.merged(call.form, into: nil, plan, skipping: skipping, &self, now: call.now)
    }

    /// An object with what the call sends in it.
    mutating func shaped(_ call: Call, into tree: JSONObject, skipping: Set<String> = []) throws(StripeError)
        -> JSONObject
    {
        guard let plan = Shaped.plan(call.operation) else { return tree }
        return try FormMerge.merged(
            call.form, into: tree, plan, skipping: skipping.union(["id"]), &self, now: call.now)
    }

    /// An object of a kind that says nothing yet; it has an id.
    mutating func blank(_ kind: ObjectKind, now: Int64) -> JSONObject {
        var filler = ShapeFiller(now: now, ids: ids)
        var object = filler.object(ofResource: kind.name)
        ids = filler.ids
        if object["metadata"] == .null { object.set("metadata", JSONObject()) }
        return object
    }

    /// The object that the path names by its last value.
    func named(_ kind: ObjectKind, _ call: Call) throws(StripeError) -> JSONObject {
        let (name, id) = call.path.last ?? ("id", "")
        return try find(kind, id, param: name, status: 404).tree
    }
}
