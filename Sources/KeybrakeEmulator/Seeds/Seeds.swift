internal import KeybrakeStripe

/// Why a line of a seed cannot be taken.
struct SeedFailure: Error, Equatable {
    let line: Int
    let reason: String
    var description: String { "line \(line): \(reason)" }
}

/// Objects in and out of a world as JSON lines.
enum Seeds {
    static let lineBytesMax = 1_048_576

    /// The customer that scripts expect to exist.
    static let fixtureCustomer = "cus_test_fixture"

    static func addFixtures(to account: inout Account, now: Int64) {
        let cause = Cause(now: now)
        let entry = CardEntry(row: TestCardTable.visa, now: now)
        var card = account.cardObject(entry, form: FormMap(), customer: fixtureCustomer)
        card.set("id", "card_test_fixture")
        var customer = Customers.template
        customer.set("id", fixtureCustomer)
        customer.set("created", now)
        customer.set("default_source", "card_test_fixture")
        customer.set("description", "Customer that every fresh emulated account knows")
        customer.set("email", "fixture@example.com")
        customer.set("invoice_prefix", "FIXTURE1")
        account.create(.customer, customer, cause)
        account.create(.card, card, card: entry.row, cause)
    }

    /// The value of a line; `nil` for an empty one.
    static func value(of line: ArraySlice<UInt8>) throws(Import.Refusal) -> JSONValue? {
        guard line.contains(where: { $0 > 0x20 }) else { return nil }
        guard line.count <= lineBytesMax || line.starts(with: Self.stateLineStart) else {
            throw Import.Refusal(reason: "longer than \(lineBytesMax) bytes")
        }
        do {
            return try JSONParser.parse(line)
        } catch {
            throw Import.Refusal(reason: "no JSON: \(error)")
        }
    }

    /// Lines that hold the whole money or all deliveries of an account are as long as they are.
    private static let stateLineStart = Array("{\"object\":\"keybrake.".utf8)

    /// Everything that an account remembers, kind by kind in the order of making, then its events, its money and its
    /// deliveries.
    static func write(_ account: Account, isPlatform: Bool, to text: inout [UInt8]) {
        func add(_ tree: JSONObject) {
            var tree = tree
            if !isPlatform { tree.set(Import.accountMember, account.id) }
            text.append(contentsOf: tree.bytes)
            text.append(0x0A)
        }
        for kind in account.store.kinds {
            for object in account.store.collection(kind) ?? [] { add(marked(object)) }
        }
        for event in account.events {
            let bytes = event.bytes(
                apiVersion: Catalogue.shared.apiVersion, pendingWebhooks: account.webhooks.undelivered(event.id))
            add((try? JSONParser.parse(bytes))?.objectValue ?? JSONObject())
        }
        if let state = try? StateWriter.json(account.ledger), !account.ledger.isEmpty {
            add(["object": .string(Import.ledgerKind), "state": state])
        }
        if let state = try? StateWriter.json(account.webhooks), !account.webhooks.listeners.isEmpty {
            add(["object": .string(Import.webhooksKind), "account": .string(account.id), "state": state])
        }
    }

    /// An object with what does not show of it.
    private static func marked(_ object: StoredObject) -> JSONObject {
        var tree = object.tree
        if tree["id"] == nil { tree.set("id", object.id) }
        if let row = object.card, !object.isDeleted { tree.set(Import.cardMember, TestCardTable[row].number) }
        if let owner = object.owner { tree.set(Import.ownerMember, owner) }
        if object.isSpent { tree.set(Import.spentMember, true) }
        if object.isSetUp { tree.set(Import.setUpMember, true) }
        return tree
    }
}
