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
            let texts = ["id", "usd", "request_id"].map { hold[$0]?.stringValue ?? "" }
            print("  \(texts[0]) \(texts[1]) USD since request \(texts[2])")
        }
        guard ledger == "writes", unknown.isEmpty else { throw ExitCode(1) }
    }
}
