internal import KeybrakeStripe

/// Create, retrieve, update, list and delete with memory, for every resource that has no behaviour of its own.
///
///     create ─→ remembered ─ update …, act … ─ delete ─→ gone (or retrievable as `deleted: true`)
enum Synthesized {
    /// The behaviour of an operation; `nil` when there is nothing to remember.
    static func behaviour(of operation: Operation) -> Behaviour? {
        guard let plan = SynthesisPlan(operation) else { return nil }
        return switch plan.form {
        case .create: { call, account throws(StripeError) in try create(plan, call, &account) }
        case .retrieve: { call, account throws(StripeError) in try retrieve(plan, call, &account) }
        case .update: { call, account throws(StripeError) in try update(plan, call, &account) }
        case .list: { call, account throws(StripeError) in try list(plan, call, &account) }
        case .search: nil
        case .delete: { call, account throws(StripeError) in try delete(plan, call, &account) }
        case .act(let verb): { call, account throws(StripeError) in try act(verb, plan, call, &account) }
        }
    }

    private static func create(_ plan: SynthesisPlan, _ call: Call, _ account: inout Account) throws(StripeError)
        -> Reply
    {
        let owner = try checkOwners(plan, call, account)
        if let id = call.form.given("id"), account.store.object(plan.kind, id: id)?.isDeleted == false {
            let noun = ResourceNames.noun(plan.kind)
            throw .coded("resource_already_exists", "A \(noun) with the id \(id) exists already.", param: "id")
        }
        var object = try FormMerge.merged(call.form, into: nil, plan, &account, now: call.now)
        if let owner, let member = plan.ownerMember { object.set(member, owner) }
        let id = object.text("id") ?? ""
        var stored = StoredObject(id: id, created: call.now, bytes: object.bytes)
        stored.owner = owner
        account.store.insert(plan.kind, stored)
        SynthesizedEvents.tell("created", plan.kind, object: stored.bytes, &account, call.cause)
        return .stored(plan.kind, id: id)
    }

    private static func retrieve(_ plan: SynthesisPlan, _ call: Call, _ account: inout Account) throws(StripeError)
        -> Reply
    {
        let owner = try checkOwners(plan, call, account)
        guard plan.isNamed else { return .stored(plan.kind, id: try single(plan, owner, call, &account).id) }
        let id = call.path.last?.value ?? ""
        if plan.showsDeleted, account.store.object(plan.kind, id: id)?.isDeleted == true {
            return .stored(plan.kind, id: id)
        }
        return .stored(plan.kind, id: try target(plan, call, account, owner).id)
    }

    private static func update(_ plan: SynthesisPlan, _ call: Call, _ account: inout Account) throws(StripeError)
        -> Reply
    {
        let owner = try checkOwners(plan, call, account)
        let stored =
            plan.isNamed ? try target(plan, call, account, owner) : try single(plan, owner, call, &account)
        var object = try FormMerge.merged(
            call.form, into: stored.tree, plan, skipping: ["id"], &account, now: call.now)
        if case .unixTime? = plan.shape.field("updated")?.type { object.set("updated", call.now) }
        replace(stored, by: object, plan, &account, call.cause)
        return .stored(plan.kind, id: stored.id)
    }

    private static func act(_ verb: String, _ plan: SynthesisPlan, _ call: Call, _ account: inout Account)
        throws(StripeError) -> Reply
    {
        let owner = try checkOwners(plan, call, account)
        let stored = try target(plan, call, account, owner)
        var object = try FormMerge.merged(
            call.form, into: stored.tree, plan, skipping: ["id"], &account, now: call.now)
        SynthesisDefaults.apply(verb, to: &object, plan.shape, now: call.now)
        replace(stored, by: object, plan, &account, call.cause)
        return .stored(plan.kind, id: stored.id)
    }

    private static func delete(_ plan: SynthesisPlan, _ call: Call, _ account: inout Account) throws(StripeError)
        -> Reply
    {
        let owner = try checkOwners(plan, call, account)
        let stored =
            plan.isNamed ? try target(plan, call, account, owner) : try single(plan, owner, call, &account)
        guard let position = account.store.position(plan.kind, id: stored.id) else { return .object(stored.tree) }
        var answer = deletedObject(stored, plan, call, account)
        if answer == nil {
            // Some deletions answer with the object as it last was.
            var object = stored.tree
            SynthesisDefaults.apply("cancel", to: &object, plan.shape, now: call.now)
            answer = object
        }
        let deleted = answer ?? JSONObject()
        SynthesizedEvents.tell("deleted", plan.kind, object: stored.bytes, &account, call.cause)
        account.store.delete(plan.kind, at: position, answering: deleted.bytes)
        return .object(deleted)
    }

    private static func list(_ plan: SynthesisPlan, _ call: Call, _ account: inout Account) throws(StripeError) -> Reply
    {
        let owner = try checkOwners(plan, call, account)
        if let owner, let reply = try EmbeddedLists.page(plan, call, owner: owner, account) { return reply }
        let conditions = ListConditions(call.form, plan.shape)
        let indexed = conditions.texts(of: ObjectIndexing.members(of: plan.kind))
        let reply = try account.page(plan.kind, call, url: call.path(of: call.operation), filters: indexed) { object in
            (owner == nil || object.owner == owner) && conditions.fit(object)
        }
        guard case .page(var page) = reply, call.operation.isVersionTwo else { return reply }
        page.neighbours = try PageAddresses(of: page, call.form)
        return .page(page)
    }

    /// What is answered to a deletion, when that is a note of its own.
    private static func deletedObject(_ stored: StoredObject, _ plan: SynthesisPlan, _ call: Call, _ account: Account)
        -> JSONObject?
    {
        let resources = call.operation.response.resources
        let names = resources.filter { Catalogue.shared.resource($0)?.isDeleted == true || $0 == "v2.deleted_object" }
        guard let name = names.first(where: { $0.hasSuffix(plan.kind.name) }) ?? names.first else { return nil }
        var filler = ShapeFiller(now: call.now, ids: account.ids)
        var note = filler.object(ofResource: name)
        if note["id"] != nil { note.set("id", stored.id) }
        return note
    }

    private static func replace(
        _ stored: StoredObject, by object: JSONObject, _ plan: SynthesisPlan, _ account: inout Account, _ cause: Cause
    ) {
        guard let position = account.store.position(plan.kind, id: stored.id) else { return }
        let bytes = object.bytes
        account.store.update(plan.kind, at: position, bytes: bytes)
        let previous = PreviousAttributes.between(stored.tree, object)
        SynthesizedEvents.tell(
            "updated", plan.kind, object: bytes, previous: previous.isEmpty ? nil : previous.bytes, &account, cause)
    }

    /// The object that the last value of the path names.
    private static func target(_ plan: SynthesisPlan, _ call: Call, _ account: Account, _ owner: String?)
        throws(StripeError) -> StoredObject
    {
        let (name, id) = call.path.last ?? ("id", "")
        let object = try account.find(plan.kind, id, param: name, status: 404)
        guard owner == nil || object.owner == nil || object.owner == owner else {
            throw .missing(ResourceNames.noun(plan.kind), id: id, param: name)
        }
        return object
    }

    /// The one object of its kind, or of its kind and owner. One without an id exists as soon as it is asked for.
    private static func single(
        _ plan: SynthesisPlan, _ owner: String?, _ call: Call, _ account: inout Account
    ) throws(StripeError) -> StoredObject {
        let isAccount = plan.kind.name == "account"
        guard isAccount || !SynthesisPath.hasID(plan.shape) else {
            let newest = account.store.collection(plan.kind)?.objects.last { !$0.isDeleted && $0.owner == owner }
            guard let newest else {
                throw .missing(ResourceNames.noun(plan.kind), id: owner ?? "", param: call.path.last?.name ?? "id")
            }
            return newest
        }
        let id = isAccount ? account.id : owner ?? plan.kind.name
        if let stored = account.store.object(plan.kind, id: id), !stored.isDeleted { return stored }
        var object = try FormMerge.merged(FormMap(), into: nil, plan, &account, now: call.now)
        if isAccount { object.set("id", id) }
        if let owner, let member = plan.ownerMember { object.set(member, owner) }
        var stored = StoredObject(id: id, created: call.now, bytes: object.bytes)
        stored.owner = owner
        account.store.insert(plan.kind, stored)
        return stored
    }

    /// Refuses a path whose owners do not exist.
    ///
    /// - Returns: the id of the last owner.
    private static func checkOwners(_ plan: SynthesisPlan, _ call: Call, _ account: Account) throws(StripeError)
        -> String?
    {
        for (index, kind) in plan.owners.enumerated() where index < call.path.count {
            let (name, id) = call.path[index]
            guard let kind, id != account.id else { continue }
            _ = try account.find(kind, id, param: name, status: 404)
        }
        return plan.owners.isEmpty ? nil : call.pathValue(plan.owners.count - 1)
    }
}

extension Call {
    /// The operation's path with this call's values.
    func path(of operation: Operation) -> String {
        OperationMatch(operation: operation, pathParameters: path).canonicalPath
    }
}
