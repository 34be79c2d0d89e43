internal import KeybrakeCrypto
internal import KeybrakeStripe

/// A whole world as text, and back: objects with what does not show of them, events, remembered answers, money, what
/// time will bring, faults, ids and the clock. A world that was read goes on as if it had never been written.
///
/// One JSON object a line:
///
///     {"keybrake_world":1,"name":"w"}
///     {"world":{"configuration":…,"clock":…}}
///     {"account":"acct_1…","state":{"ids":…,"ledger":…,"agenda":…}}     the platform first; what follows is its own
///     {"kind":"charge","id":"ch_…","created":1793000000,"text":{…}}      an object
///     {"event":"evt_…","type":"charge.succeeded",…,"text":{…}}
///     {"answer_to":"order-7","path":"/v1/charges",…,"text":{…}}                an answer remembered by idempotency key
///     {"end":5}                                                         how many lines come before
enum WorldFile {
    static let version: Int64 = 1

    /// Why a text is no world.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let line: Int
        let reason: String
        var description: String { "line \(line): \(reason)" }
    }

    static func write(_ world: World) throws -> [UInt8] {
        var lines = Lines()
        lines.add(["keybrake_world": .integer(version), "name": .string(world.name)])
        lines.add(["world": .object(try SavedMember.json(World.savedMembers, of: world))])
        for account in world.accounts {
            let state = try SavedMember.json(Account.savedMembers, of: account)
            lines.add(["account": .string(account.id), "state": .object(state)])
            for kind in account.store.kinds {
                guard let collection = account.store.collection(kind) else { continue }
                for object in collection.saved { lines.add(saved(object, kind)) }
            }
            for entry in account.events { lines.add(saved(entry)) }
            for remembered in account.idempotency.remembered(account.store) { lines.add(saved(remembered)) }
        }
        lines.add(["end": .integer(Int64(lines.count))])
        return lines.text
    }

    /// Lines of a file; what was written before goes into them as it is.
    private struct Lines {
        private(set) var text: [UInt8] = []
        private(set) var count = 0

        mutating func add(_ head: JSONObject) {
            add((head, nil))
        }

        mutating func add(_ line: (head: JSONObject, text: [UInt8]?)) {
            text.append(contentsOf: line.head.bytes)
            if let body = line.text {
                text.removeLast()
                text.append(contentsOf: ",\"text\":".utf8)
                text.append(contentsOf: body)
                text.append(UInt8(ascii: "}"))
            }
            text.append(0x0A)
            count += 1
        }
    }

    private static func saved(_ saved: ObjectCollection.Saved, _ kind: ObjectKind) -> (JSONObject, [UInt8]?) {
        let object = saved.object
        var head: JSONObject = [
            "kind": .string(kind.name), "id": .string(object.id), "created": .integer(object.created),
        ]
        let flags = [
            ("deleted", object.isDeleted), ("spent", object.isSpent), ("set_up", object.isSetUp),
            ("superseded", saved.isSuperseded),
        ]
        for (name, isSet) in flags where isSet { head.set(name, true) }
        if let owner = object.owner { head.set("owner", owner) }
        if let row = object.card { head.set("card", TestCardTable[row].number) }
        if let row = object.card { head.set("card_row", Int64(row)) }
        return (head, object.bytes)
    }

    private static func saved(_ entry: EventLog.Entry) -> (JSONObject, [UInt8]?) {
        var head: JSONObject = [
            "event": .string(entry.id), "type": .string(entry.type), "created": .integer(entry.created),
        ]
        if let requestID = entry.requestID { head.set("request", requestID) }
        if let key = entry.idempotencyKey { head.set("key", key) }
        if let previous = entry.previousAttributes { head["previous"] = try? JSONParser.parse(previous) }
        return (head, entry.object)
    }

    private static func saved(_ remembered: (key: String, entry: IdempotencyTable.Entry)) -> (JSONObject, [UInt8]?) {
        let entry = remembered.entry
        var head: JSONObject = [
            "answer_to": .string(remembered.key), "verb": .string(entry.endpoint.verb.text),
            "path": .string(entry.endpoint.path),
            "fingerprint": .array(entry.fingerprint.sums.map { .string(String($0)) }),
            "status": .integer(Int64(entry.status)), "layer": .string(entry.layer.rawValue),
            "request": .string(entry.requestID), "created": .integer(entry.created),
        ]
        // An answer is JSON but for a few documents.
        if (try? JSONParser.parse(entry.body)) != nil, !entry.body.contains(0x0A) { return (head, entry.body) }
        head.set("hexadecimal", Hexadecimal.text(entry.body))
        return (head, nil)
    }
}
