import ArgumentParser
import KeybrakeAdmin

/// `keybrake emulator seed FILE`
struct EmulatorSeed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Put objects into a world, one JSON object a line.")
    @Argument(help: "A file of JSON lines.") var file: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.post, "seed", body: Array(try TextFile.read(file).utf8))
    }
}

/// `keybrake emulator export`
struct EmulatorExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print what a world holds.",
        discussion: "Payments as in the Dashboard's export (CSV), or all objects as lines that 'seed' takes again.")
    @Flag(help: "All objects as JSON lines instead of the payments.") var objects = false
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.get, objects ? "export" : "exports/payments.csv")
    }
}
