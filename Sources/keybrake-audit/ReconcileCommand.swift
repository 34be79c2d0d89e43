import ArgumentParser
import KeybrakeAudit

/// `keybrake-audit reconcile EXPORT…`
struct ReconcileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Match every charge with an audit row, and the other way round.",
        discussion: """
            An export is the Dashboard's payments export (CSV) or what the API lists (JSON or JSON lines). Without \
            paths, the reports go into the folder reports/ under the name of the first export: NAME.html, \
            NAME.junit.xml, NAME.findings.jsonl and NAME.summary.json.
            """
    )

    @OptionGroup var inputs: InputOptions
    @Option(name: .long, help: "Name of the report; default: of the first export.")
    var name: String?
    @Option(name: .long, help: "JUnit XML file to write.")
    var junit: String?
    @Option(name: .long, help: "HTML file to write.")
    var html: String?
    @Option(name: .long, help: "File for the findings as JSON lines.")
    var json: String?

    func run() throws {
        let answer = try reporting { () throws(OutputFailure) in
            try Reconcile.run(
                Reconcile.Request(
                    exports: inputs.exports, audit: inputs.audit, name: name, junit: junit, html: html, json: json,
                    settings: inputs.settings(), showsProgress: inputs.showsProgress))
        }
        print(answer.text)
        throw ExitCode(answer.verdict.exitCode)
    }
}
