/// Where things lie, and what they are called.
enum LayoutRules {
    static let topLevel: Set<String> = [
        "Package.swift", "Sources", "Tests", "cassettes", "reports", "README.md", "Makefile", "LICENSE",
        "CHANGELOG.md", "CONTRIBUTING.md", "docs", "Scripts", "Benchmarks", "Examples",
    ]
    /// Names that say nothing about what is inside.
    static let emptyNames: Set<String> = ["Core", "Common", "Utils", "Utilities", "Shared", "Helpers", "Misc"]

    /// Names at the top level that the layout does not know; made by running the product (see .gitignore) is fine.
    static func strangers(among names: [String]) -> [String] {
        names.filter { name in
            !topLevel.contains(name) && !name.hasPrefix(".") && !isMadeByRunning(name)
        }
    }

    static func missing(among names: [String]) -> [String] {
        topLevel.subtracting(names).sorted()
    }

    /// Path components that are an empty name, or end in one as a word: `Utils`, `KeybrakeCore`, `FormHelpers.swift`.
    static func emptyNames(in path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { component in
            let stem = component.split(separator: ".").first.map(String.init) ?? component
            return emptyNames.contains { stem == $0 || stem.hasSuffix($0) }
        }
    }

    private static func isMadeByRunning(_ name: String) -> Bool {
        ["Package.resolved", "keybrake.admin-token"].contains(name)
            || [".db", ".db-wal", ".db-shm", ".db-lock", ".secret"].contains(where: name.hasSuffix)
    }
}
