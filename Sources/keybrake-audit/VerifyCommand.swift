import ArgumentParser
import KeybrakeAudit

/// `keybrake-audit verify SUMMARY`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that the files of a report are the ones that were written and its numbers add up.")

    @Argument(help: "The report's NAME.summary.json.")
    var summary: String

    func run() throws {
        let answer = try reporting { () throws(OutputFailure) in try Verify.run(summary: summary) }
        print(answer.text)
        throw ExitCode(answer.isSound ? 0 : 2)
    }
}
