import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake emulator …`
struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator", abstract: "Control the built-in emulator.",
        subcommands: [
            EmulatorServe.self, EmulatorReset.self, EmulatorClock.self, EmulatorSeed.self, EmulatorExport.self,
        ])
}

/// Which world a command is about.
struct WorldOptions: ParsableArguments {
    @Option(help: "The emulated account; calls without a session share 'default'.") var world = "default"
    @OptionGroup var control: ControlOptions

    /// The path with the world in its query.
    func path(_ path: String) throws -> String { "\(path)?world=\(try PathPart.checked(world))" }
}

/// `keybrake emulator reset`
struct EmulatorReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reset", abstract: "Forget everything in a world.")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        Console.write(try await world.control.client().send(.post, try world.path("/admin/emulator/reset")))
    }
}

/// `keybrake emulator clock`
struct EmulatorClock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "clock", abstract: "Move a world's time on.")
    @Option(help: "By how many seconds.") var advanceSeconds: Int64
    @OptionGroup var world: WorldOptions

    func run() async throws {
        let body: JSONObject = ["advance_seconds": .integer(advanceSeconds)]
        Console.write(try await world.control.client().send(.post, try world.path("/admin/emulator/clock"), body: body))
    }
}

/// `keybrake emulator seed FILE`
struct EmulatorSeed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Put objects into a world, one JSON object a line.")
    @Argument(help: "A file of JSON lines.") var file: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        let text = try TextFile.read(file)
        Console.write(
            try await world.control.client().send(
                .post, try world.path("/admin/emulator/seed"), bytes: Array(text.utf8)))
    }
}

/// `keybrake emulator export`
struct EmulatorExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print the emulated Dashboard's payments export (CSV).")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        Console.write(
            try await world.control.client().send(.get, try world.path("/admin/emulator/exports/payments.csv")))
    }
}
