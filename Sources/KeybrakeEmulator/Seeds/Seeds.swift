internal import KeybrakeStripe

/// Why a line of a seed cannot be taken.
struct SeedFailure: Error, Equatable {
    let line: Int
    let reason: String
    var description: String { "line \(line): \(reason)" }
}

/// Objects in and out of a world as JSON lines.
enum Seeds {
    /// The member that says which test card an object stands for; it never leaves the emulator otherwise.
    static let cardMember = "keybrake_test_card"
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

    /// Reads the lines in order; each is an object with `object` and `id`.
    static func read(_ bytes: [UInt8], into account: inout Account, now: Int64) -> Result<Int, SeedFailure> {
        var count = 0
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            do throws(SeedFailure) {
                try add(line, number: index + 1, to: &account, now: now)
            } catch {
                return .failure(error)
            }
            count += 1
        }
        return .success(count)
    }

    private static func add(_ line: ArraySlice<UInt8>, number: Int, to account: inout Account, now: Int64)
        throws(SeedFailure)
    {
        let fail = { (reason: String) in SeedFailure(line: number, reason: reason) }
        guard line.count <= lineBytesMax else { throw fail("longer than \(lineBytesMax) bytes") }
        let value: JSONValue
        do {
            value = try JSONParser.parse(line)
        } catch {
            throw fail("no JSON: \(error)")
        }
        guard var tree = value.objectValue else { throw fail("no JSON object") }
        guard AmountLimits.holds(value) else { throw fail("a number has more than 15 digits") }
        guard let kind = tree.text("object"), !kind.isEmpty else { throw fail("`object` is missing") }
        guard let id = tree.text("id"), !id.isEmpty, id.utf8.count <= 255 else { throw fail("`id` is missing") }
        guard account.store.count < account.configuration.objectsMax else { throw fail("the account is full") }
        let row = tree.text(cardMember).flatMap { TestCardTable.row(number: $0) }
        tree[cardMember] = nil
        if tree["created"] == nil, Catalogue.shared.resource(kind)?.object?.field("created") != nil {
            tree.set("created", now)
        }
        complete(&tree, kind: kind)
        var object = StoredObject(id: id, created: tree["created"]?.integerValue ?? now, bytes: tree.bytes)
        object.isDeleted = tree.flag("deleted")
        object.card = row ?? guessCard(tree)
        account.store.insert(ObjectKind(kind), object)
    }

    /// Members that a short seed leaves out get their usual values.
    private static func complete(_ tree: inout JSONObject, kind: String) {
        guard kind == "customer", !tree.flag("deleted") else { return }
        var whole = Customers.template
        for member in tree.members { whole[member.name] = member.value }
        tree = whole
    }

    private static func guessCard(_ tree: JSONObject) -> TestCard.Row? {
        let last4 =
            tree.text("last4") ?? tree["card"]?["last4"]?.stringValue
            ?? tree["payment_method_details"]?["card"]?["last4"]?.stringValue
        return last4.flatMap { TestCardTable.row(last4: $0) }
    }

    /// All objects, kind by kind, in the order of their making.
    static func write(_ account: Account) -> [UInt8] {
        var text: [UInt8] = []
        for kind in account.store.kinds {
            for object in account.store.collection(kind)?.objects ?? [] {
                if let row = object.card, !object.isDeleted {
                    var tree = object.tree
                    tree.set(cardMember, TestCardTable[row].number)
                    text.append(contentsOf: tree.bytes)
                } else {
                    text.append(contentsOf: object.bytes)
                }
                text.append(0x0A)
            }
        }
        return text
    }
}
