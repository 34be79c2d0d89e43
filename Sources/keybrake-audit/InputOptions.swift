import ArgumentParser
import Glibc
import KeybrakeAudit

/// The options of every command that reads exports and the ledger.
struct InputOptions: ParsableArguments {
    @Argument(help: "Exports of charges: CSV or JSON files.")
    var exports: [String]
    @Option(name: .long, help: "The proxy's ledger.")
    var audit = "keybrake.db"
    @Option(name: .long, help: "Leave out what is earlier: 2026-07-01, 2026-07-01T12:00:00Z or Unix seconds.")
    var from: Moment?
    @Option(name: .long, help: "Leave out what is at or after this time.")
    var to: Moment?
    @Option(name: .long, help: "Which charges must have passed the proxy: all, or only tagged ones.")
    var scope = ReconcileSettings.Scope.all
    @Option(name: .customLong("fail-on"), help: "Least severity that fails: blocker, critical, major, minor or info.")
    var failOn = Severity.major
    @Option(
        name: .customLong("expected-repeats"), parsing: .singleValue,
        help: "Conversation that may charge one customer the same amount repeatedly, or all; may be given repeatedly.")
    var expectedRepeats: [String] = []
    @Option(name: .long, help: "Time to print on the report; default: SOURCE_DATE_EPOCH, else none.")
    var now: Moment?

    var showsProgress: Bool { StandardError.isTerminal }

    func validate() throws {
        if let from, let to, from.unixSeconds >= to.unixSeconds {
            throw ValidationError("--from must be earlier than --to.")
        }
        guard exports.count <= 200 else { throw ValidationError("At most 200 exports.") }
    }

    func settings() -> ReconcileSettings {
        var settings = ReconcileSettings()
        settings.from = from?.unixSeconds
        settings.to = to?.unixSeconds
        settings.scope = scope
        settings.failOn = failOn
        settings.expectedRepeats = Set(expectedRepeats)
        settings.now = now?.unixSeconds ?? sourceDateEpoch()
        return settings
    }

    private func sourceDateEpoch() -> Int64? {
        getenv("SOURCE_DATE_EPOCH").flatMap { Int64(String(cString: $0)) }
    }
}

/// A moment as an option names it.
struct Moment: ExpressibleByArgument {
    let unixSeconds: Int64

    init?(argument: String) {
        guard let seconds = MomentText.unixSeconds(argument) else { return nil }
        unixSeconds = seconds
    }
}

extension ReconcileSettings.Scope: ExpressibleByArgument {}

extension Severity: ExpressibleByArgument {
    /// The words, not the numbers behind them.
    package static var allValueStrings: [String] { allCases.map(\.word) }
    /// The word, not the number behind it.
    package var defaultValueDescription: String { word }

    /// The severity of that word or letter.
    package init?(argument: String) {
        self.init(word: argument)
    }
}

/// Runs work whose failure means that nothing can be vouched for: exit code 2 with the reason on standard error.
func reporting<Value>(_ work: () throws(OutputFailure) -> Value) throws -> Value {
    do throws(OutputFailure) {
        return try work()
    } catch {
        StandardError.write("keybrake-audit: \(error.description)\n")
        throw ExitCode(2)
    }
}
