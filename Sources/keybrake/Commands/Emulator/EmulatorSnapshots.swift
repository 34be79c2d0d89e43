import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake emulator snapshots`
struct EmulatorSnapshots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshots", abstract: "List the snapshots of a world.")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.get, "snapshots")
    }
}

/// `keybrake emulator snapshot NAME`
struct EmulatorSnapshot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Keep a world as it is now, or forget a snapshot.")
    @Argument(help: "The name of the snapshot.") var name: String
    @Flag(help: "Forget it instead.") var delete = false
    @OptionGroup var world: WorldOptions

    func run() async throws {
        guard !delete else {
            return try await world.send(.delete, "snapshots", query: "&name=\(try PathPart.checked(name))")
        }
        try await world.send(.post, "snapshots", body: ["name": .string(name)])
    }
}

/// `keybrake emulator restore NAME`
struct EmulatorRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a world back to a snapshot, which stays.")
    @Argument(help: "The name of the snapshot.") var name: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.post, "restore", body: ["name": .string(name)])
    }
}

/// `keybrake emulator save`
struct EmulatorSave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Print a whole world as lines that 'load' takes.")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.get, "state")
    }
}

/// `keybrake emulator load FILE`
struct EmulatorLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Put a saved world in the place of one.")
    @Argument(help: "What 'save' printed.") var file: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.put, "state", body: try DiskBytes.read(file))
    }
}
