internal import KeybrakeStripe

/// Reads a ``WorldFile`` line by line.
struct WorldFileReader {
    private var name: String?
    private var world: World?
    private var accounts: [Account] = []
    private var hasEnded = false
    private let host: EmulatorConfiguration

    /// - Parameter host: what the world may hold from now on, and where its pages are; everything else of its
    ///   configuration is its own.
    static func read(_ text: [UInt8], host: EmulatorConfiguration) throws(WorldFile.Failure) -> World {
        var reader = WorldFileReader(host: host)
        var number = 0
        var start = 0
        while start < text.count {
            number += 1
            let end = text[start...].firstIndex(of: 0x0A) ?? text.count
            do {
                try reader.take(text[start..<end], number: number)
            } catch let failure as StateFailure {
                throw WorldFile.Failure(line: number, reason: failure.reason)
            } catch {
                throw WorldFile.Failure(line: number, reason: "\(error)")
            }
            start = end + 1
        }
        guard reader.hasEnded else {
            throw WorldFile.Failure(line: number + 1, reason: "the file ends without its last line")
        }
        do {
            return try reader.whole()
        } catch {
            throw WorldFile.Failure(line: number, reason: (error as? StateFailure)?.reason ?? "\(error)")
        }
    }

    private init(host: EmulatorConfiguration) {
        self.host = host
    }

    private func whole() throws -> World {
        guard var world, let platform = accounts.first else { throw StateFailure(reason: "there is no account") }
        world.take(accounts: accounts, platform: platform.id)
        return world
    }

    private mutating func take(_ line: ArraySlice<UInt8>, number: Int) throws {
        let value: JSONValue
        do {
            value = try JSONParser.parse(line)
        } catch {
            throw StateFailure(reason: "no JSON: \(error)")
        }
        guard let object = value.objectValue, let first = object.members.first?.name else {
            throw StateFailure(reason: "no JSON object")
        }
        guard !hasEnded else { throw StateFailure(reason: "a line after the last one") }
        if number == 1 { return try takeHeader(object) }
        switch first {
        case "world": try takeWorld(object)
        case "account": try takeAccount(object)
        case "kind": try takeObject(object, try Self.text(line))
        case "event": try takeEvent(object, try Self.text(line))
        case "answer_to": try takeAnswer(object, line)
        case "end":
            guard object.integer("end") == Int64(number - 1) else {
                throw StateFailure(reason: "there should be \(object.integer("end")) lines before this one")
            }
            hasEnded = true
        default: throw StateFailure(reason: "`\(first.prefix(40))` is not known")
        }
    }

    private mutating func takeHeader(_ object: JSONObject) throws {
        guard let version = object["keybrake_world"]?.integerValue else {
            throw StateFailure(reason: "this is no saved world: `keybrake_world` is missing")
        }
        guard version == WorldFile.version else {
            throw StateFailure(reason: "version \(version) is not known; this program reads \(WorldFile.version)")
        }
        name = try Self.need(object, "name")
    }

    private mutating func takeWorld(_ object: JSONObject) throws {
        guard world == nil, let name else { throw StateFailure(reason: "a second world") }
        var new = World(name: name, configuration: host)
        try SavedMember.restore(
            World.savedMembers, of: &new, from: StateReader.need(object.object("world"), "an object"))
        new.move(into: host)
        world = new
    }

    private mutating func takeAccount(_ object: JSONObject) throws {
        guard let world, let name else { throw StateFailure(reason: "an account before its world") }
        let id: String = try Self.need(object, "account")
        guard !accounts.contains(where: { $0.id == id }) else { throw StateFailure(reason: "\(id) is there twice") }
        var account = Account(
            id: id, worldName: name, platformID: accounts.first?.id ?? id, configuration: world.configuration)
        try SavedMember.restore(
            Account.savedMembers, of: &account, from: StateReader.need(object.object("state"), "an object"))
        account.configuration = world.configuration
        accounts.append(account)
    }

    private mutating func takeObject(_ head: JSONObject, _ text: [UInt8]) throws {
        let kind: String = try Self.need(head, "kind")
        var object = StoredObject(id: try Self.need(head, "id"), created: try Self.need(head, "created"), bytes: text)
        object.isDeleted = head.flag("deleted")
        object.isSpent = head.flag("spent")
        object.isSetUp = head.flag("set_up")
        object.owner = head.text("owner")
        if let number = head.text("card") {
            let row = TestCard.Row(clamping: head.integer("card_row"))
            let isThatRow = TestCardTable.cards.indices.contains(Int(row)) && TestCardTable[row].number == number
            guard let row = isThatRow ? row : TestCardTable.row(number: number) else {
                throw StateFailure(reason: "\(number) is no test card")
            }
            object.card = row
        }
        let objectsMax = host.objectsMax
        try change { account in
            guard account.store.count < objectsMax else {
                throw StateFailure(reason: "more than \(objectsMax) objects")
            }
            account.store.restore(ObjectKind(kind), object, isSuperseded: head.flag("superseded"))
        }
    }

    private mutating func takeEvent(_ head: JSONObject, _ text: [UInt8]) throws {
        let entry = EventLog.Entry(
            id: try Self.need(head, "event"), type: try Self.need(head, "type"),
            created: try Self.need(head, "created"), object: text,
            previousAttributes: head["previous"].map { JSONWriter.bytes($0) }, requestID: head.text("request"),
            idempotencyKey: head.text("key"))
        try change { $0.restore(entry) }
    }

    private mutating func takeAnswer(_ head: JSONObject, _ line: ArraySlice<UInt8>) throws {
        let sums = (head["fingerprint"]?.arrayValue ?? []).compactMap { UInt64($0.stringValue ?? "") }
        guard sums.count == 2 else { throw StateFailure(reason: "`fingerprint` is no pair of numbers") }
        guard let verb = Verb.allCases.first(where: { $0.text == head.text("verb") }) else {
            throw StateFailure(reason: "`verb` is not known")
        }
        guard let layer = EmulatorAnswer.Layer(rawValue: head.text("layer") ?? "") else {
            throw StateFailure(reason: "`layer` is not known")
        }
        let body = try head.text("hexadecimal").map(Self.bytes(hexadecimal:)) ?? Self.text(line)
        let entry = IdempotencyTable.Entry(
            endpoint: .init(verb: verb, path: try Self.need(head, "path")), fingerprint: .init(sums[0], sums[1]),
            status: Int(clamping: head.integer("status")), body: body, layer: layer,
            requestID: try Self.need(head, "request"), created: try Self.need(head, "created"))
        let key: String = try Self.need(head, "answer_to")
        try change { $0.idempotency.remember(entry, key: key, $0.store) }
    }

    /// Changes the account that lines are read for.
    private mutating func change(_ body: (inout Account) throws -> Void) throws {
        guard !accounts.isEmpty else { throw StateFailure(reason: "a line before its account") }
        try body(&accounts[accounts.count - 1])
    }

    private static func need<Value: Decodable>(_ head: JSONObject, _ name: String) throws -> Value {
        try StateReader.within(name) {
            guard let value = head[name] else { throw StateFailure(reason: "is missing") }
            return try StateReader.value(Value.self, value)
        }
    }

    /// The member `text` as it is written: what was kept must come back byte for byte.
    private static func text(_ line: ArraySlice<UInt8>) throws -> [UInt8] {
        let text = line.withUnsafeBufferPointer { line in
            var found: [UInt8]?
            JSONScanner(line).forEachMember { name, value in
                guard name.elementsEqual("text".utf8) else { return true }
                found = Array(value)
                return false
            }
            return found
        }
        return try StateReader.within("text") {
            guard let text else { throw StateFailure(reason: "is missing") }
            return text
        }
    }

    private static func bytes(hexadecimal text: String) throws -> [UInt8] {
        let digits = text.utf8.map(hexDigitValue)
        guard digits.count % 2 == 0 else { throw StateFailure(reason: "`hexadecimal` has an odd number of digits") }
        return try stride(from: 0, to: digits.count, by: 2).map { place in
            guard let high = digits[place], let low = digits[place + 1] else {
                throw StateFailure(reason: "`hexadecimal` has something else than digits")
            }
            return high << 4 | low
        }
    }
}
