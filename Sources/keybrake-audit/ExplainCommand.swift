import ArgumentParser
import KeybrakeAudit

/// `keybrake-audit explain OBJECT EXPORT…`
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell everything that was considered for one charge or call.")

    @Argument(help: "Id of a charge or PaymentIntent, or the number of an audit row.")
    var object: String
    @OptionGroup var inputs: InputOptions

    func run() throws {
        let answer = Explain.run(
            object: object, exports: inputs.exports, audit: inputs.audit, settings: inputs.settings(),
            showsProgress: inputs.showsProgress)
        print(answer.text)
    }
}
