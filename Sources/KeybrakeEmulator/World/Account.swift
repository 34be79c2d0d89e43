internal import KeybrakeStripe

/// The data of one emulated account: its objects, money, events, remembered answers, and what time will bring.
struct Account: Sendable {
    let id: String
    let worldName: String
    /// The platform account of the world; this one's own id when it is that.
    let platformID: String
    var configuration: EmulatorConfiguration
    var ids: IDSource
    var store = ObjectStore()
    private(set) var eventLog = EventLog()
    var ledger = Ledger()
    var agenda = Agenda()
    var webhooks: WebhookQueue
    var webhookSecrets: WebhookSecrets
    var files = FileShelf()
    var idempotency: IdempotencyTable
    /// Fingerprints of cards follow from it.
    let seed: UInt64
    /// The other accounts of the world; empty unless this one acts.
    var neighbours = Neighbours()
    /// The world under whose name the hosted pages are; a fork's is its own.
    var pagesWorld: String
    /// The platform's connected accounts that were made by calls, the oldest first.
    var accountIDs: [String] = []
    var payoutState = PayoutSchedule.State()

    init(id: String, worldName: String, platformID: String, configuration: EmulatorConfiguration) {
        self.id = id
        self.worldName = worldName
        self.platformID = platformID
        self.configuration = configuration
        pagesWorld = worldName
        seed = StableHash.of(worldName + "/" + id, seed: configuration.seed)
        ids = IDSource(seed: seed, name: "ids")
        webhooks = WebhookQueue(seed: seed)
        webhookSecrets = WebhookSecrets(seed: seed)
        idempotency = IdempotencyTable(keysMax: configuration.idempotencyKeysMax)
    }
}

extension Account {
    /// Where browsers reach this account's pages.
    var pages: PageAddress {
        PageAddress(
            pagesBaseURL: configuration.pagesBaseURL, world: pagesWorld, account: isPlatform ? nil : id)
    }
}

// MARK: Objects

extension Account {
    /// What has happened so far.
    var events: EventHistory { EventHistory(log: eventLog, store: store) }

    /// Adds an event as it was saved.
    mutating func restore(_ event: EventLog.Entry) {
        store.notePresent(objectOf: event.object)
        eventLog.append(event, store)
    }
}

extension Account {
    /// The object of that kind and id, not deleted.
    ///
    /// - Throws: `resource_missing`; 404 when the path names it, 400 when a parameter does.
    func find(_ kind: ObjectKind, _ id: String, param: String, status: Int = 400) throws(StripeError) -> StoredObject {
        guard let object = store.object(kind, id: id), !object.isDeleted else {
            throw .missing(ResourceNames.noun(kind), id: id, param: param, status: status)
        }
        return object
    }

    /// The object that the path names.
    func target(_ kind: ObjectKind, _ call: Call) throws(StripeError) -> StoredObject {
        try find(kind, call.pathValue(), param: ResourceNames.pathParameter(kind), status: 404)
    }

    /// Remembers a new object and tells of it.
    @discardableResult
    mutating func create(
        _ kind: ObjectKind, _ tree: JSONObject, event: String? = nil, card: TestCard.Row? = nil, _ cause: Cause
    ) -> StoredObject {
        let tree = tree.belonging(to: cause.testClock)
        var object = StoredObject(id: tree.text("id") ?? "", created: cause.now, bytes: tree.bytes)
        object.card = card
        store.insert(kind, object, tree: tree)
        if let event { emit(event, object: object.bytes, cause) }
        return object
    }

    /// Replaces an object's contents, and tells of the change when there is one.
    mutating func update(_ kind: ObjectKind, _ tree: JSONObject, event: String? = nil, _ cause: Cause) {
        guard let id = tree.text("id"), let position = store.position(kind, id: id) else { return }
        let tree = tree.belonging(to: cause.testClock)
        let bytes = tree.bytes
        guard let event else {
            store.update(kind, at: position, bytes: bytes)
            return
        }
        let old = store.object(kind, id: id)?.tree ?? JSONObject()
        store.update(kind, at: position, bytes: bytes)
        let previous = PreviousAttributes.between(old, tree)
        emit(event, object: bytes, previous: previous.isEmpty ? nil : previous.bytes, cause)
    }

    /// Marks an object as used up.
    mutating func spend(_ kind: ObjectKind, id: String) {
        if let position = store.position(kind, id: id) { store.spend(kind, at: position) }
    }

    /// Remembers that the holder has agreed to payments in their absence.
    mutating func setUp(_ kind: ObjectKind, id: String) {
        if let position = store.position(kind, id: id) { store.setUp(kind, at: position) }
    }

    /// Takes an object out of the lists; retrieving it answers `deleted: true` from now on.
    mutating func delete(_ kind: ObjectKind, id: String, event: String? = nil, _ cause: Cause) -> JSONObject {
        let answer: JSONObject = ["id": .string(id), "object": .string(kind.name), "deleted": true]
        guard let position = store.position(kind, id: id) else { return answer }
        if let event { emit(event, kind, id: id, cause) }
        store.delete(kind, at: position, answering: answer.bytes)
        return answer
    }

    /// Tells of something about an object as it now stands.
    mutating func emit(_ type: String, _ kind: ObjectKind, id: String, _ cause: Cause) {
        guard let object = store.object(kind, id: id) else { return }
        emit(type, object: object.bytes, cause)
    }

    mutating func emit(_ type: String, object: [UInt8], previous: [UInt8]? = nil, _ cause: Cause) {
        let id = ids.next("evt")
        eventLog.append(
            EventLog.Entry(
                id: id, type: type, created: cause.worldNow, object: object, previousAttributes: previous,
                requestID: cause.requestID, idempotencyKey: cause.idempotencyKey), store)
        guard !webhooks.listeners.isEmpty else { return }
        webhooks.add(
            .init(account: self.id, position: eventLog.count - 1, id: id, type: type), isConnect: false,
            configuration.webhookSwitches, now: cause.worldNow)
    }
}

// MARK: Lists

extension Account {
    /// A page of the objects of a kind, narrowed by an indexed member where one is given.
    ///
    /// - Parameters:
    ///   - filters: string members and the values that they must have; those without a value do not narrow.
    ///   - matches: what else an object must fulfil.
    func page(
        _ kind: ObjectKind, _ call: Call, url: String, filters: [(member: String, value: String?)] = [],
        where matches: (StoredObject) -> Bool
    ) throws(StripeError) -> Reply {
        try page(kind, call, url: url, filters: filters, isNarrowed: true, where: matches)
    }

    /// A page of the objects of a kind that have the given values.
    func page(
        _ kind: ObjectKind, _ call: Call, url: String, filters: [(member: String, value: String?)] = []
    ) throws(StripeError) -> Reply {
        try page(kind, call, url: url, filters: filters, isNarrowed: false) { _ in true }
    }

    private func page(
        _ kind: ObjectKind, _ call: Call, url: String, filters: [(member: String, value: String?)],
        isNarrowed: Bool, where matches: (StoredObject) -> Bool
    ) throws(StripeError) -> Reply {
        let request = try PageRequest(call.form)
        guard let collection = store.collection(kind) else {
            try request.refuseCursors(noun: ResourceNames.noun(kind))
            return .page(.empty(url: url))
        }
        let created = try CreatedRange(call.form["created"])
        let wanted = filters.compactMap { filter in filter.value.map { (member: filter.member, value: $0) } }
        let common = ListConditions(common: call.form)
        let hidesClocks = TestClocks.isUsed(self) && !TestClocks.isNamed(in: call.form)
        let indexed = wanted.first { collection.indexedMembers.contains($0.member) }
        let rest = wanted.filter { $0.member != indexed?.member }
        let isWanted = { (position: Int) -> Bool in
            guard collection.isListed(at: position), created.contains(collection.created(at: position)) else {
                return false
            }
            guard !rest.isEmpty || isNarrowed || hidesClocks || !common.isEmpty else { return true }
            let object = collection[position]
            return (!hidesClocks || object.text("test_clock") == nil)
                && rest.allSatisfy { object.text($0.member) == $0.value } && common.fit(object) && matches(object)
        }
        let find = { (id: String) in collection.position(of: id) }
        let noun = ResourceNames.noun(kind)
        let found: (positions: [Int], hasMore: Bool)
        if let indexed, let positions = collection.positions(where: indexed.member, is: indexed.value) {
            found = try request.select(from: positions, position: find, noun: noun, where: isWanted)
        } else {
            found = try request.select(
                from: created.narrow(collection), position: find, noun: noun, where: isWanted)
        }
        let elements = found.positions.map { collection.bytes(at: $0) }
        return .page(ListPage(url: url, elements: elements, hasMore: found.hasMore))
    }
}
