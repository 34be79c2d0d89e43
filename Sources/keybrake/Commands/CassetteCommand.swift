import ArgumentParser
import KeybrakeCassettes
import KeybrakeStripe

/// `keybrake cassette …`
struct CassetteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cassette", abstract: "Work with cassette files.",
        subcommands: [
            CassetteList.self, CassetteShow.self, CassetteLintCommand.self, CassetteDiffCommand.self,
            CassetteExport.self, CassetteImportCommand.self, CassettePruneCommand.self,
        ])
}

/// Reading a cassette for a command: what is odd about the file goes to standard error.
enum CassetteFile {
    static func load(_ path: String) throws -> Cassette {
        let (cassette, warnings) = try Cassette.load(path: path)
        for warning in warnings { Console.note("\(path), \(warning)") }
        return cassette
    }
}

/// `keybrake cassette list FILE…`
struct CassetteList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Print what cassettes hold, by operation.")
    @Argument(help: "Cassette files.") var files: [String]

    func run() throws {
        for file in files {
            let cassette = try CassetteFile.load(file)
            let summary = cassette.summary
            let origin = "\(summary.source.rawValue), \(summary.apiVersion ?? "unknown API version")"
            print("\(file): \(summary.interactionCount) interactions, \(summary.sizeBytes) bytes, \(origin)")
            for operation in summary.operations { print("  \(operation.count) × \(operation.name)") }
        }
    }
}

/// `keybrake cassette show FILE [NUMBER]`
struct CassetteShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a cassette's interactions one a line, or one of them whole.")
    @Argument(help: "A cassette file.") var file: String
    @Argument(help: "The interaction to print, counted from 1.") var number: Int?

    func run() throws {
        let cassette = try CassetteFile.load(file)
        guard let number else {
            for number in 1..<cassette.count + 1 { print(Self.line(try cassette.interaction(number), number)) }
            return
        }
        guard (1...max(1, cassette.count)).contains(number), cassette.count > 0 else {
            throw ValidationError("\(file) has \(cassette.count) interactions")
        }
        Console.write(cassette.recordBytes(number) + [0x0A])
    }

    private static func line(_ interaction: Interaction, _ number: Int) -> String {
        var id = ""
        if case .json(let body) = interaction.response.body {
            id = body["id"]?.stringValue ?? body["error"]?["code"]?.stringValue ?? ""
        }
        let request = "\(interaction.request.method) \(interaction.request.path)"
        return "\(number)  \(request)  \(interaction.response.status)  \(id)"
    }
}

/// `keybrake cassette lint FILE…`
struct CassetteLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Look for secrets, torn records and unknown members; exit 1 when there are errors.")
    @Argument(help: "Cassette files.") var files: [String]

    func run() throws {
        var hasErrors = false
        for file in files {
            let findings = CassetteLint.findings(try DiskBytes.read(file), path: file)
            for finding in findings { print("\(file), \(finding)") }
            hasErrors = hasErrors || findings.contains { $0.isError }
        }
        if hasErrors { throw ExitCode(1) }
        Console.note("\(files.count) cassettes without errors")
    }
}

/// `keybrake cassette diff OLD NEW`
struct CassetteDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Tell in which interactions two cassettes differ; exit 1 when they do.")
    @Argument(help: "The earlier cassette.") var old: String
    @Argument(help: "The later one.") var new: String

    func run() throws {
        let diff = try CassetteDiff(old: CassetteFile.load(old), new: CassetteFile.load(new))
        for single in diff.removed { print("- \(single.number)  \(single.operation)") }
        for single in diff.added { print("+ \(single.number)  \(single.operation)") }
        for change in diff.changed {
            print("~ \(change.oldNumber) → \(change.newNumber)  \(change.operation)")
            for detail in change.details { print("    \(detail)") }
        }
        guard diff.isEmpty else { throw ExitCode(1) }
        Console.note("no difference")
    }
}

extension ForeignCassetteFormat: ExpressibleByArgument {}

/// `keybrake cassette export --format FORMAT FILE`
struct CassetteExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a cassette as another recorder's file.")
    @Option(help: "vcrpy, vcr, har, hoverfly or wiremock.") var format: ForeignCassetteFormat
    @Argument(help: "A cassette file.") var file: String
    @Option(help: "The file to write; standard output without it.") var output: String?
    @Option(help: "The origin that the other recorder shall see.") var base = "https://api.stripe.com"

    func run() throws {
        let cassette = try CassetteFile.load(file)
        let bytes = try format.text(cassette, base: base)
        guard let output else { return Console.write(bytes) }
        try DiskBytes.write(bytes, to: output)
    }
}

/// `keybrake cassette import FILE --output CASSETTE`
struct CassetteImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a cassette of a vcrpy, VCR, HAR, Hoverfly or WireMock file, redacted like a recording.")
    @Argument(help: "The other recorder's file.") var file: String
    @Option(help: "The cassette to write.") var output: String
    @Option(help: "vcrpy, vcr, har, hoverfly or wiremock; without it the file's own form decides.") var format:
        ForeignCassetteFormat?

    func run() throws {
        let document = try ForeignDocument.read(file)
        guard let format = format ?? ForeignCassetteFormat.of(document) else {
            throw ValidationError("\(file) is of no known form; name it with --format")
        }
        let exchanges = try format.exchanges(document)
        let header = CassetteHeader(
            apiVersion: nil, source: .imported, recorder: "keybrake \(KeybrakeCommand.version)",
            createdAtMicroseconds: nil)
        let outcome = CassetteImport.cassette(of: exchanges, header: header) { method, path in
            Verb(text: method).flatMap { Catalogue.shared.operation(verb: $0, path: path)?.operation.name }
        }
        for line in outcome.skipped { Console.note("left out: exchange \(line)") }
        try DiskBytes.write(outcome.bytes, to: output)
        Console.note("\(outcome.importedCount) of \(exchanges.count) exchanges written to \(output)")
        if !outcome.skipped.isEmpty { throw ExitCode(1) }
    }
}

/// `keybrake cassette prune FILE --keep 1,2,5`
struct CassettePruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Drop interactions, such as those that 'exec' reported as not used.")
    @Argument(help: "A cassette file, which is replaced.") var file: String
    @Option(help: "The numbers to drop, such as 3,7,8.") var drop: String

    func run() throws {
        let cassette = try CassetteFile.load(file)
        let numbers = drop.split(separator: ",").map { Int($0) }
        let dropped = Set(numbers.compactMap { $0 })
        guard !numbers.contains(nil), dropped.allSatisfy({ (1...max(1, cassette.count)).contains($0) }) else {
            throw ValidationError("--drop must list numbers from 1 to \(cassette.count)")
        }
        try Cassette.replace(path: file, with: try CassettePrune.bytes(cassette) { !dropped.contains($0) })
        Console.note("\(dropped.count) interactions dropped, \(cassette.count - dropped.count) kept")
    }
}
