import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake emulator keys …`
struct EmulatorKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Say what a test key may do, or revoke it.",
        subcommands: [EmulatorKeysRegister.self, EmulatorKeysRevoke.self])
}

/// `keybrake emulator keys register KEY`
struct EmulatorKeysRegister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Say what a restricted key may do, and until when.")
    @Argument(help: "The key, such as rk_test_billing.") var key: String
    @Option(help: "A permission such as charge_read; may be repeated. Without one the key may do everything.")
    var permission: [String] = []
    @Option(help: "When the key expires (Unix seconds of the world).") var expiresAt: Int64?
    @OptionGroup var world: WorldOptions

    func run() async throws {
        var body: JSONObject = ["key": .string(key)]
        if !permission.isEmpty { body.append("permissions", .array(permission.map { .string($0) })) }
        if let expiresAt { body.append("expires_at", .integer(expiresAt)) }
        try await world.send(.post, "keys", body: body)
    }
}

/// `keybrake emulator keys revoke KEY`
struct EmulatorKeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Let a key be answered 401 from now on.")
    @Argument(help: "The key.") var key: String
    @OptionGroup var world: WorldOptions

    func run() async throws {
        try await world.send(.post, "keys/revoke", body: ["key": .string(key)])
    }
}
