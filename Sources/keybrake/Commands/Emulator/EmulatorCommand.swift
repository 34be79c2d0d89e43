import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake emulator …`
struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator", abstract: "Play Stripe, or control the worlds of a running instance.",
        subcommands: [
            EmulatorServe.self, EmulatorWorlds.self, EmulatorWorld.self, EmulatorReset.self, EmulatorFork.self,
            EmulatorSnapshot.self, EmulatorSnapshots.self, EmulatorRestore.self, EmulatorSave.self, EmulatorLoad.self,
            EmulatorAuditCommand.self, EmulatorClock.self, EmulatorSeed.self, EmulatorExport.self, EmulatorFaults.self,
            EmulatorRateLimits.self,
            EmulatorKeys.self,
            EmulatorWebhooks.self,
        ])
}

/// Which instance and which of its worlds a command is about.
struct WorldOptions: ParsableArguments {
    @Option(help: "The emulated account; calls that name none share 'default'.") var world = "default"
    @Option(help: "An emulator of its own, such as http://127.0.0.1:12111. Default: KEYBRAKE_EMULATOR_URL, or none.")
    var emulatorUrl: String?
    @OptionGroup var control: ControlOptions

    /// Sends to the instance's controls of the world, and prints what they answer.
    func send(
        _ method: AdminClient.Method, _ path: String, query: String = "", body: [UInt8] = []
    ) async throws {
        Console.write(try await answer(method, path, query: query, body: body))
    }

    /// What the instance's controls of the world answer.
    func answer(
        _ method: AdminClient.Method, _ path: String, query: String = "", body: [UInt8] = []
    ) async throws -> [UInt8] {
        let target = "/admin/emulator/\(path)?world=\(try PathPart.checked(world))\(query)"
        return try await client().send(method, target, bytes: body)
    }

    func send(_ method: AdminClient.Method, _ path: String, body: JSONObject) async throws {
        try await send(method, path, body: JSONWriter.bytes(.object(body)))
    }

    /// Any test key opens the controls of an emulator of its own; an instance wants its admin token.
    private func client() throws -> AdminClient {
        guard let emulatorUrl = emulatorUrl ?? Console.environment["KEYBRAKE_EMULATOR_URL"] else {
            return try control.client()
        }
        return try ControlClient.make(url: emulatorUrl, token: "sk_test_control")
    }
}
