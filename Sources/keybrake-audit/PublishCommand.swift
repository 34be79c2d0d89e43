import ArgumentParser
import KeybrakeAudit

/// `keybrake-audit publish`
struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Make a static site of a folder of reports.")

    @Option(name: .long, help: "Folder with the reports.")
    var reports = "reports"
    @Option(name: .long, help: "Folder for the site.")
    var site = "site"

    func run() throws {
        print(try reporting { () throws(OutputFailure) in try Publish.run(reports: reports, site: site) })
    }
}
