import ArgumentParser
import KeybrakeAudit

/// `keybrake-audit`: does the proxy's audit agree with what Stripe charged?
@main struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keybrake-audit",
        abstract: "Reconciles Stripe's charge exports with the audit rows of the proxy. Needs no network.",
        discussion: """
            Exit codes: 0 nothing found at or above the threshold; 1 findings; 2 the inputs do not allow a verdict; \
            64 the command was not understood.
            """,
        version: AuditVersion.name,
        subcommands: [ReconcileCommand.self, ExplainCommand.self, PublishCommand.self, VerifyCommand.self]
    )
}
