import ArgumentParser
import KeybrakeAdmin

/// `keybrake emulator faults …`
struct EmulatorFaults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults", abstract: "Let chosen calls fail.",
        subcommands: [EmulatorFaultsAdd.self, EmulatorFaultsList.self, EmulatorFaultsDelete.self])
}

/// `keybrake emulator faults add RULE`
struct EmulatorFaultsAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a rule.",
        discussion: #"""
            A rule is JSON: '{"operation": "POST /v1/charges", "nth": 3, "fault": {"status": 500}}'.
            Its members are in docs/EMULATOR.md.
            """#)
    @Argument(help: "The rule.") var rule: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.post, "faults", body: Array(rule.utf8))
    }
}

/// `keybrake emulator faults list`
struct EmulatorFaultsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rules and how often each was met.")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.get, "faults")
    }
}

/// `keybrake emulator faults delete`
struct EmulatorFaultsDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Take one rule away, or all.")
    @Argument(help: "The rule's id; all rules without it.") var id: String?
    @OptionGroup var world: WorldOptions

    func run() async throws {
        let query = try id.map { "&id=\(try PathPart.checked($0))" } ?? ""
        try await world.send(.delete, "faults", query: query)
    }
}

/// `keybrake emulator rate-limits`
struct EmulatorRateLimits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate-limits", abstract: "Show a world's rate limits, or switch them.")
    @Argument(help: "JSON: {} for those of Stripe's sandboxes, null for none; shows them when left out.")
    var limits: String?
    @OptionGroup var world: WorldOptions

    func run() async throws {
        guard let limits else { return try await world.send(.get, "rate-limits") }
        try await world.send(.put, "rate-limits", body: Array(limits.utf8))
    }
}
