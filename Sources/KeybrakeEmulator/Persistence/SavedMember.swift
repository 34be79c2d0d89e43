internal import KeybrakeStripe

/// A member of a state that is saved whole, by its name.
struct SavedMember<Root> {
    let name: String
    let json: (Root) throws -> JSONValue
    let restore: (inout Root, JSONValue) throws -> Void

    init<Value: Codable>(_ name: String, _ path: WritableKeyPath<Root, Value>) {
        self.name = name
        json = { try StateWriter.json($0[keyPath: path]) }
        restore = { $0[keyPath: path] = try StateReader.value(Value.self, $1) }
    }

    /// An object of all the members.
    static func json(_ members: [SavedMember], of root: Root) throws -> JSONObject {
        JSONObject(try members.map { JSONObject.Member(name: $0.name, value: try $0.json(root)) })
    }

    /// Sets all the members; each must be there.
    static func restore(_ members: [SavedMember], of root: inout Root, from object: JSONObject) throws {
        for member in members {
            try StateReader.within(member.name) {
                guard let value = object[member.name] else { throw StateFailure(reason: "is missing") }
                try member.restore(&root, value)
            }
        }
    }
}

/// What becomes of each member of an account when its world is saved. A member that is in none of the lists makes a
/// test fail.
extension Account {
    /// Saved whole, in the account's line.
    static var savedMembers: [SavedMember<Account>] {
        [
            .init("ids", \.ids), .init("ledger", \.ledger), .init("agenda", \.agenda), .init("webhooks", \.webhooks),
            .init("webhookSecrets", \.webhookSecrets), .init("pagesWorld", \.pagesWorld),
            .init("accountIDs", \.accountIDs), .init("payoutState", \.payoutState), .init("files", \.files),
        ]
    }
    /// Saved line by line.
    static let lineMembers = ["store", "eventLog", "idempotency"]
    /// What an account is made with, and what follows from it.
    static let originMembers = ["id", "worldName", "platformID", "configuration", "seed"]
    /// Empty unless a call is underway.
    static let passingMembers = ["neighbours"]
}
