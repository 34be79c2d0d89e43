import Testing

/// The house rules of docs/STYLE.md, held against the repository itself.
///
/// Each rule is a function over text; its own suite shows on a bad sample that it can fail.
@Suite struct TidyTests {
    private let repository = Repository.current
    /// Read once for all tests.
    private static let sources = Result { try Repository.current.swiftSources(under: ["Sources", "Tests"]) }

    @Test func theRepositoryIsFound() throws {
        #expect(repository.exists("Package.swift"))
        #expect(try Self.sources.get().count > 100)
    }

    @Test func linesAreShort() throws { try expectNone(SizeRules.longLines) }

    @Test func functionsAreShort() throws { try expectNone(SizeRules.longFunctions) }

    @Test func filesAreShort() throws { try expectNone(SizeRules.longFiles) }

    @Test func targetsImportOnlyWhatTheirFloorAllows() throws {
        try expectNone(ImportRules.violations, in: ["Sources"])
    }

    @Test func bannedCallsAreNotMade() throws { try expectNone(BannedCallRules.violations, in: ["Sources"]) }

    @Test func escapeHatchesAreExplained() throws { try expectNone(CommentRules.unexplainedEscapes, in: ["Sources"]) }

    @Test func nothingIsLeftOver() throws {
        try expectNone { $0.path.hasPrefix("Tests/TidyTests/") ? [] : CommentRules.leftovers($0) }
    }

    @Test func everyTargetHasARowInTheArchitecture() throws {
        let documented = ImportRules.documented(in: try repository.text("docs/ARCHITECTURE.md"))
        #expect(documented == ImportRules.allowed)
    }

    @Test func everySourceFolderIsInTheTable() {
        let folders = repository.folders(in: "Sources").filter { !$0.hasPrefix("CLib") }
        #expect(Set(folders) == Set(ImportRules.allowed.keys))
    }

    @Test func theTopLevelIsAsAgreed() throws {
        let names = try repository.topLevelNames()
        #expect(LayoutRules.strangers(among: names) == [])
        #expect(LayoutRules.missing(among: names) == [])
    }

    @Test func noNameIsEmpty() {
        let paths = ["Sources", "Tests", "docs", "Scripts", "Examples"].flatMap { repository.files(under: $0) }
        #expect(paths.filter { !LayoutRules.emptyNames(in: $0).isEmpty } == [])
    }

    @Test func everyLibraryHasTests() {
        let libraries = repository.folders(in: "Sources").filter { $0.hasPrefix("Keybrake") }
        #expect(libraries.filter { repository.files(under: "Tests/\($0)Tests", ending: "Tests.swift").isEmpty } == [])
    }

    @Test func theReadmeShowsBothCommands() throws {
        let readme = try repository.text("README.md")
        #expect(readme.contains("make demo"))
        #expect(readme.contains("make test"))
    }

    @Test func linksLeadToFiles() throws {
        let documents =
            ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
            + ["docs", "cassettes", "reports", "Examples", "Benchmarks"]
            .flatMap { repository.files(under: $0, ending: ".md") }
        let broken = try documents.flatMap {
            LinkRules.broken(path: $0, text: try repository.text($0)) { repository.exists($0) }
        }
        #expect(broken == [])
    }

    private func expectNone(
        _ rule: (SwiftSource) -> [Violation], in folders: [String] = ["Sources", "Tests"],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let violations = try Self.sources.get()
            .filter { source in folders.contains { source.path.hasPrefix("\($0)/") } }
            .flatMap(rule)
        let report = violations.map(\.description).joined(separator: "\n")
        #expect(violations.isEmpty, Comment(rawValue: "\n" + report), sourceLocation: sourceLocation)
    }
}
