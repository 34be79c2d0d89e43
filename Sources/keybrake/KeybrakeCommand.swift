import ArgumentParser

/// The door: reads arguments, calls the libraries, maps the result to an exit code.
@main
struct KeybrakeCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "keybrake",
        abstract:
            "A reverse proxy in front of Stripe that gives every AI conversation its own key, cap and audit trail.",
        version: version,
        subcommands: [
            Serve.self, Exec.self, Keys.self, ModeCommand.self, AuditCommand.self, CassetteCommand.self,
            EmulatorCommand.self, Doctor.self,
        ])
}
