import ArgumentParser
import KeybrakeAdmin
import KeybrakeStripe
import SystemPackage

/// `keybrake audit …`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read the audit trail.", subcommands: [AuditTail.self, AuditExport.self])
}

/// `keybrake audit tail`
struct AuditTail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Print the newest audit rows, one JSON object a line.")
    @Option(help: "How many rows.") var lines = 20
    @Flag(help: "Go on with new rows until interrupted.") var follow = false
    @OptionGroup var control: ControlOptions

    func run() async throws {
        guard (1...10_000).contains(lines) else { throw ValidationError("--lines must be 1 to 10000") }
        let client = try control.client()
        var page = AuditPage(try await client.send(.get, "/admin/audit?last=\(lines)&limit=\(lines)"))
        var last = page.lastSequence ?? 0
        Console.write(page.bytes)
        while follow {
            Console.flush()
            try await Task.sleep(for: .milliseconds(250))
            page = AuditPage(try await client.send(.get, "/admin/audit?after=\(last)&limit=10000"))
            last = page.lastSequence ?? last
            Console.write(page.bytes)
        }
    }
}

/// `keybrake audit export`
struct AuditExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the whole audit trail as JSON lines, one object a row.")
    @Option(help: "The file to write; standard output without it.") var output: String?
    @OptionGroup var control: ControlOptions

    func run() async throws {
        let client = try control.client()
        let file = try output.map {
            try FileDescriptor.open(
                FilePath($0), .writeOnly, options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
        defer { try? file?.close() }
        var last: Int64 = 0
        var count = 0
        while true {
            let page = AuditPage(try await client.send(.get, "/admin/audit?after=\(last)&limit=10000"))
            guard let newest = page.lastSequence else { break }
            if let file { _ = try file.writeAll(page.bytes) } else { Console.write(page.bytes) }
            last = newest
            count += page.rowCount
        }
        if let output { Console.note("\(count) rows written to \(output)") }
    }
}

/// One answer of `/admin/audit`.
struct AuditPage {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var rowCount: Int { bytes.count { $0 == 0x0A } }

    /// The number of the last row; `nil` for a page without rows.
    var lastSequence: Int64? {
        guard let line = bytes.split(separator: 0x0A).last else { return nil }
        return (try? JSONParser.parse(line))?["seq"]?.integerValue
    }
}
