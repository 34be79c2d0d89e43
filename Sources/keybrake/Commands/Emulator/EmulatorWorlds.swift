import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake emulator worlds`
struct EmulatorWorlds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "worlds", abstract: "List the worlds that exist.")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.get, "worlds")
    }
}

/// `keybrake emulator world`
struct EmulatorWorld: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world", abstract: "Make a world plain, strict or lenient.")
    @Argument(help: "plain, strict (nothing is answered from shape) or lenient (unknown ids are).") var kind: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.put, "world", body: ["kind": .string(kind)])
    }
}

/// `keybrake emulator reset`
struct EmulatorReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reset", abstract: "Forget everything in a world.")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.post, "reset")
    }
}

/// `keybrake emulator fork`
struct EmulatorFork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork", abstract: "Make another world that begins as a copy of one.")
    @Argument(help: "The name of the new world.") var into: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.post, "fork", body: ["into": .string(into)])
    }
}

/// `keybrake emulator clock`
struct EmulatorClock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "clock", abstract: "Move a world's time on.")
    @Option(help: "By how many seconds.") var advanceSeconds: Int64
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.post, "clock", body: ["advance_seconds": .integer(advanceSeconds)])
    }
}
