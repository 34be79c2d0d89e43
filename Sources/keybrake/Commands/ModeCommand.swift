import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake mode [MODE]`
struct ModeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mode", abstract: "Show the mode in force, or switch it without dropping a connection.")
    @Argument(help: "live, record, replay or emulate; without it the mode is shown.") var mode: String?
    @Option(help: "The cassette to record into or to replay (a path as the instance sees it).") var cassette: String?
    @Option(help: "What a miss in replay gets: fail or emulate.") var miss: String?
    @Option(help: "Switch this session only.") var session: String?
    @OptionGroup var control: ControlOptions
    @Flag(help: "Print JSON (the only form).") var json = false

    func run() async throws {
        let client = try control.client()
        guard let mode else { return Console.write(try await client.send(.get, "/admin/mode")) }
        var body: JSONObject = ["mode": .string(mode)]
        if let cassette { body["cassette"] = .string(cassette) }
        if let miss { body["miss"] = .string(miss) }
        if let session { body["session"] = .string(session) }
        Console.write(try await client.send(.put, "/admin/mode", body: body))
    }
}
