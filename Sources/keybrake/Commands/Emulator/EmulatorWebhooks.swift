import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake emulator webhooks …`
struct EmulatorWebhooks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks", abstract: "See what was delivered, deliver again, and let deliveries go wrong.",
        subcommands: [WebhooksList.self, WebhooksResend.self, WebhooksRoll.self, WebhooksSwitches.self])
}

/// `keybrake emulator webhooks list`
struct WebhooksList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "The delivery log, newest first.")
    @Option(help: "How many at most (1 to 10000).") var limit = 100
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.get, "webhooks/deliveries", query: "&limit=\(limit)")
    }
}

/// `keybrake emulator webhooks resend EVENT`
struct WebhooksResend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resend", abstract: "Deliver an event once more.")
    @Argument(help: "The event's id.") var event: String
    @Option(help: "The endpoint's id; all that listen to the event without it.") var endpoint: String?
    @OptionGroup var world: WorldOptions

    func run() async throws {
        var body: JSONObject = ["event": .string(event)]
        if let endpoint { body.append("endpoint", .string(endpoint)) }
        try await world.send(.post, "webhooks/resend", body: body)
    }
}

/// `keybrake emulator webhooks roll-secret ENDPOINT`
struct WebhooksRoll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roll-secret", abstract: "Give an endpoint a new secret.")
    @Argument(help: "The endpoint's id.") var endpoint: String
    @Option(help: "How long the old secret signs as well.") var keepOldSeconds: Int64 = 0
    @OptionGroup var world: WorldOptions

    func run() async throws {
        let body: JSONObject = ["endpoint": .string(endpoint), "keep_old_seconds": .integer(keepOldSeconds)]
        try await world.send(.post, "webhooks/roll-secret", body: body)
    }
}

/// `keybrake emulator webhooks switches`
struct WebhooksSwitches: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switches", abstract: "Show what goes wrong with deliveries on purpose, or choose it.")
    @Argument(
        help: "JSON such as {\"duplicate_every\": 3, \"disorder\": true}; {} for nothing; shows them when left out.")
    var switches: String?
    @OptionGroup var world: WorldOptions

    func run() async throws {
        guard let switches else { return try await world.send(.get, "webhooks/switches") }
        try await world.send(.put, "webhooks/switches", body: Array(switches.utf8))
    }
}
