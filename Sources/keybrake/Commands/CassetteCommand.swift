import ArgumentParser
import KeybrakeCassettes

/// `keybrake cassette …`
struct CassetteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cassette", abstract: "Work with cassette files.", subcommands: [CassetteShow.self])
}

/// `keybrake cassette show FILE`
struct CassetteShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Print what a cassette holds.")
    @Argument(help: "A cassette file.") var file: String

    func run() throws {
        let (cassette, warnings) = try Cassette.load(path: file)
        for warning in warnings { Console.note("\(file), \(warning)") }
        print("\(cassette.name): \(cassette.count) interactions")
    }
}
