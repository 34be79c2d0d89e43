import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake keys …`
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issue vault keys and change them.",
        subcommands: [
            KeysCreate.self, KeysList.self, KeysShow.self, KeysRevoke.self, KeysPause.self, KeysResume.self,
            KeysRotate.self,
        ])
}

/// The policy of a key that is to be made, as options.
struct PolicyOptions: ParsableArguments {
    @Option(help: "What the key may move in one UTC day: dollars such as 10.00, or unlimited. 0 means nothing.")
    var dailyCapUsd: String
    @Option(help: "The most that one call may move, in dollars.")
    var perCallMaxUsd: String?
    @Option(
        name: .customLong("allow"),
        help: "An operation, such as 'POST /v1/charges', 'GET /v1/customers/*' or 'GET *'. Repeat for more.")
    var allowed: [String]
    @Option(name: .customLong("customer"), help: "A customer that the key is limited to. Repeat for more.")
    var customers: [String] = []
    @Option(help: "How long the key lives: 30s, 15m, 1h, 7d. Without it the key does not expire.")
    var ttl: String?
    @Option(help: "The conversation that the key belongs to; a call that names another one is refused.")
    var conversation: String?
    @Option(help: "The agent that the key belongs to.")
    var agent: String?
    @Option(help: "test or live; a word in the key, so that people can tell keys apart.")
    var environment = "test"
    @Option(help: "A note for people.")
    var label: String?

    /// The body of the request that issues the key.
    func body() throws -> JSONObject {
        var body: JSONObject = [
            "daily_cap_usd": .string(dailyCapUsd),
            "allowed_operations": .array(allowed.map { .string($0) }),
            "environment": .string(environment),
        ]
        if let perCallMaxUsd { body["per_call_max_usd"] = .string(perCallMaxUsd) }
        if !customers.isEmpty { body["customers"] = .array(customers.map { .string($0) }) }
        if let ttl { body["ttl_seconds"] = .integer(try Duration.seconds(ttl)) }
        if let conversation { body["conversation"] = .string(conversation) }
        if let agent { body["agent"] = .string(agent) }
        if let label { body["label"] = .string(label) }
        return body
    }

    /// Reads `30s`, `15m`, `1h`, `7d`.
    enum Duration {
        static func seconds(_ text: String) throws -> Int64 {
            let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
            guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
                (1...31_622_400).contains(count)
            else {
                throw ValidationError("--ttl must be a number with s, m, h or d behind it, such as 1h")
            }
            return count * unit
        }
    }
}

/// `keybrake keys create`
struct KeysCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Issue a key. It is printed once, alone on standard output.")
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print the whole answer as JSON.") var json = false

    func run() async throws {
        let answer = try await control.client().object(.post, "/admin/vault-keys", body: try policy.body())
        guard !json else { return Console.write(JSONWriter.bytes(.object(answer), layout: .pretty) + [0x0A]) }
        print(answer["key"]?.stringValue ?? "")
        Console.note(
            "key \(answer["id"]?.stringValue ?? ""), cap \(policy.dailyCapUsd) USD a day; it is not shown again")
    }
}

/// `keybrake keys list`
struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List keys, newest first.")
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let answer = try await control.client().object(.get, "/admin/vault-keys")
        guard !json else { return Console.write(JSONWriter.bytes(.object(answer), layout: .pretty) + [0x0A]) }
        let rows = (answer["data"]?.arrayValue ?? []).map { key in
            [
                key["id"]?.stringValue ?? "", key["state"]?.stringValue ?? "",
                key["policy"]?["daily_cap_usd"]?.stringValue ?? "", key["conversation"]?.stringValue ?? "-",
                key["agent"]?.stringValue ?? "-", key["label"]?.stringValue ?? "-",
            ]
        }
        print(TextTable.text(header: ["ID", "STATE", "CAP USD", "CONVERSATION", "AGENT", "LABEL"], rows: rows))
    }
}

/// `keybrake keys show ID`
struct KeysShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a key, its policy and what it has spent today, as JSON.")
    @Argument var id: String
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print JSON (the only form).") var json = false

    func run() async throws {
        Console.write(try await control.client().send(.get, "/admin/vault-keys/\(try PathPart.checked(id))"))
    }
}

/// `keybrake keys revoke ID`
struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Stop a key for good. It binds the very next call.")
    @Argument var id: String
    @Option(help: "Why; kept in the audit trail.") var reason: String?
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await KeyChangeCommand.run(control, id, "revoke", body: reason.map { ["reason": .string($0)] }, json: json)
    }
}

/// `keybrake keys pause ID`
struct KeysPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pause", abstract: "Stop a key until it is resumed.")
    @Argument var id: String
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws { try await KeyChangeCommand.run(control, id, "pause", body: nil, json: json) }
}

/// `keybrake keys resume ID`
struct KeysResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let a paused key go on.")
    @Argument var id: String
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws { try await KeyChangeCommand.run(control, id, "resume", body: nil, json: json) }
}

/// `keybrake keys rotate ID`
struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a key a new secret. The old one is void at once; budget and history go on.")
    @Argument var id: String
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws { try await KeyChangeCommand.run(control, id, "rotate", body: nil, json: json) }
}

/// What the commands that change a key have in common.
enum KeyChangeCommand {
    static func run(_ control: ControlOptions, _ id: String, _ action: String, body: JSONObject?, json: Bool)
        async throws
    {
        let path = "/admin/vault-keys/\(try PathPart.checked(id))/\(action)"
        let answer = try await control.client().object(.post, path, body: body)
        guard !json else { return Console.write(JSONWriter.bytes(.object(answer), layout: .pretty) + [0x0A]) }
        if let key = answer["key"]?.stringValue { print(key) }
        let running = answer["in_flight"]?.arrayValue?.count ?? 0
        let state = answer["state"]?.stringValue ?? "changed"
        Console.note("key \(id) is \(state); \(running) calls had passed before and are still running")
    }
}

/// Ids that are put into a path.
enum PathPart {
    static func checked(_ text: String) throws -> String {
        guard !text.isEmpty,
            text.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
                    || $0 == 0x2D
            })
        else {
            throw ValidationError("'\(text)' is no id")
        }
        return text
    }
}
