import ArgumentParser
import KeybrakeAdmin

/// `keybrake emulator seed FILE`
struct EmulatorSeed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Put objects into a world.",
        discussion: """
            Takes JSON lines, one object a line, fixture files of the Stripe CLI, whose calls are made, and cassettes \
            (*.cassette), of which the objects are taken that Stripe answered.
            """)
    @Argument(help: "The file.") var file: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        let path = file.hasSuffix(".cassette") ? "seed/cassette" : "seed"
        try await world.send(.post, path, body: try DiskBytes.read(file))
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
