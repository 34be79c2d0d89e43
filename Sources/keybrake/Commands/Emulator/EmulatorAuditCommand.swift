import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake emulator audit`
struct EmulatorAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Tell whether the money of a world adds up; exit code 1 when it does not.")
    @OptionGroup var world: WorldOptions

    func run() async throws {
        let answer = try await world.answer(.get, "audit")
        Console.write(answer)
        guard (try? JSONParser.parse(answer))?["clean"]?.boolValue == true else { throw ExitCode(1) }
    }
}
