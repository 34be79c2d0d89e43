import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe

/// `keybrake doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a running instance: reachable, ledger writing, mode, open and unknown holds.")
    @OptionGroup var control: ControlOptions

    func run() async throws {
        let client = try control.client()
        let health = try await client.object(.get, "/healthz")
        print("reachable   yes, version \(health["version"]?.stringValue ?? "unknown")")
        let ledger: String
        do {
            _ = try await client.object(.get, "/readyz")
            ledger = "writes"
        } catch {
            ledger = "does not write: \(error)"
        }
        print("ledger      \(ledger)")
        let mode = try await client.object(.get, "/admin/mode")
        print("mode        \(mode["mode"]?.stringValue ?? "unknown") \(mode["cassette"]?.stringValue ?? "")")
        let holds = try await client.object(.get, "/admin/holds")["data"]?.arrayValue ?? []
        let unknown = holds.filter { $0["state"]?.stringValue == "unknown" }
        print("holds       \(holds.count) open, \(unknown.count) of unknown outcome")
        for hold in unknown {
            print(
                "  \(hold["id"]?.stringValue ?? "") \(hold["usd"]?.stringValue ?? "") USD since request \(hold["request_id"]?.stringValue ?? "")"
            )
        }
        guard ledger == "writes", unknown.isEmpty else { throw ExitCode(1) }
    }
}
