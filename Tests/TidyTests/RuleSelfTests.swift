import Testing

/// Every rule fails on a sample that breaks it, and passes one that does not.
@Suite struct RuleSelfTests {
    private func sample(_ text: String, path: String = "Sources/KeybrakeStripe/Sample.swift") -> SwiftSource {
        SwiftSource(path: path, text: text)
    }

    @Test func aLongLineIsSeen() {
        #expect(SizeRules.longLines(sample(String(repeating: "a", count: 121))).count == 1)
        #expect(SizeRules.longLines(sample(String(repeating: "a", count: 120))).isEmpty)
    }

    @Test func aLongFileIsSeen() {
        let text = String(repeating: "let a = 1\n", count: 501)
        #expect(SizeRules.longFiles(sample(text)).count == 1)
        #expect(SizeRules.longFiles(sample(String(repeating: "let a = 1\n", count: 500))).isEmpty)
    }

    @Test func aLongFunctionIsSeenWithItsLine() {
        let body = String(repeating: "    work()\n", count: 69)
        let long = "struct A {\nfunc a(b: Int = 1, then: () -> Void = { }) {\n\(body)}\n}\n"
        #expect(SizeRules.longFunctions(sample(long)).map(\.line) == [2])
        let allowed = "func a() {\n\(body.dropLast("    work()\n".count))}\n"
        #expect(SizeRules.longFunctions(sample(allowed)).isEmpty)
    }

    @Test func requirementsAndCallsAreNoFunctions() {
        let text = """
            protocol P {
                func a()
                init(b: Int)
            }
            let p = P.init(b: 1)
            func c() { work() }
            """
        #expect(FunctionFinder.functions(in: sample(text).codeLines).map(\.firstLine) == [5])
    }

    @Test func commentsAndStringsAreBlanked() {
        let masked = SwiftMask.blanked(
            "let a = \"try! \\(b(\"x\")) {\" // try!\nlet c = #\"a\\(\"# /* /* { */ } */ + 1")
        #expect(!masked.contains("try!"))
        #expect(!masked.contains("{"))
        #expect(masked.contains("b("))
        #expect(masked.contains("+ 1"))
        #expect(masked.split(separator: "\n").count == 2)
    }

    @Test func multilineStringsAreBlanked() {
        let masked = SwiftMask.blanked("let a = \"\"\"\n    fatalError(\"x\")\n    \"\"\"\nlet b = 2")
        #expect(!masked.contains("fatalError"))
        #expect(masked.contains("let b = 2"))
    }

    @Test(arguments: [
        "import NIOPosix", "package import NIOPosix", "@preconcurrency import NIOPosix", "import struct NIOPosix.A",
    ])
    func anImportAgainstTheTableIsSeen(line: String) {
        #expect(ImportRules.violations(sample(line)).count == 1)
    }

    @Test func anAllowedImportPasses() {
        #expect(ImportRules.violations(sample("internal import Glibc\n// import NIOPosix")).isEmpty)
    }

    @Test func aTargetOutsideTheTableIsSeen() {
        #expect(ImportRules.violations(sample("", path: "Sources/KeybrakeNew/A.swift")).count == 1)
    }

    @Test func theTableIsReadFromMarkdown() {
        let rows = ImportRules.documented(in: "| `KeybrakeCrypto` | – | `CLibCrypto` |\n| other | `A` |")
        #expect(rows == ["KeybrakeCrypto": ["CLibCrypto"]])
    }

    @Test(arguments: BannedCallRules.bans.map(\.text))
    func aBannedCallIsSeen(text: String) {
        #expect(!BannedCallRules.violations(sample("    \(text)")).isEmpty)
    }

    @Test func wordsThatOnlyContainABannedOneAreFine() {
        let text = "let fingerprint = blueprint(1)\nlet RegexLike = 1\n// try! print(\nlet a = \"JSONDecoder\""
        #expect(BannedCallRules.violations(sample(text)).isEmpty)
    }

    @Test func anUnexplainedEscapeIsSeen() {
        let text = "final class A: @unchecked Sendable {}"
        #expect(CommentRules.unexplainedEscapes(sample(text)).count == 1)
        #expect(CommentRules.unexplainedEscapes(sample("// SAFETY: one owner.\n\(text)")).isEmpty)
        #expect(CommentRules.unexplainedEscapes(sample("// SAFETY: far away\n\n\n\n\(text)")).count == 1)
    }

    @Test(arguments: ["TODO", "FIXME"])
    func aLeftoverIsSeen(word: String) {
        #expect(CommentRules.leftovers(sample("// \(word): later")).count == 1)
        #expect(CommentRules.leftovers(sample("// \(word)S: no")).isEmpty)
    }

    @Test func aStrangerAtTheTopIsSeen() {
        #expect(LayoutRules.strangers(among: ["Sources", "notes.txt", ".build", "keybrake.db"]) == ["notes.txt"])
        #expect(LayoutRules.missing(among: Array(LayoutRules.topLevel.subtracting(["LICENSE"]))) == ["LICENSE"])
    }

    @Test(arguments: ["Sources/KeybrakeCore/A.swift", "Sources/A/Utils/B.swift", "Sources/A/FormHelpers.swift"])
    func anEmptyNameIsSeen(path: String) {
        #expect(LayoutRules.emptyNames(in: path).count == 1)
    }

    @Test func aBrokenLinkIsSeen() {
        let text = "[a](../README.md#top) [b](GONE.md) [c](https://stripe.com)\n```\n[d](NONE.md)\n```"
        let broken = LinkRules.broken(path: "docs/STYLE.md", text: text) { $0 == "README.md" }
        #expect(broken == [Violation(path: "docs/STYLE.md", line: 1, message: "no file docs/GONE.md")])
    }
}
