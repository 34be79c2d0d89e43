/// What each target may import. The same table stands in docs/ARCHITECTURE.md; arrows only go down.
enum ImportRules {
    /// Modules of the toolchain that every target may use; the table leaves them out.
    static let toolchain: Set<String> = ["Glibc", "Synchronization", "Dispatch"]

    static let allowed: [String: Set<String>] = [
        // Vocabulary
        "KeybrakeStripe": [],
        "KeybrakeCrypto": ["CLibCrypto"],
        // Mechanisms
        "KeybrakeLedger": ["KeybrakeStripe", "KeybrakeCrypto", "GRDB", "GRDBSQLite", "Logging"],
        "KeybrakeCassettes": ["KeybrakeStripe", "KeybrakeCrypto"],
        "KeybrakeEmulator": ["KeybrakeStripe", "KeybrakeCrypto"],
        "KeybrakeGateway": [
            "KeybrakeStripe", "KeybrakeCrypto", "KeybrakeLedger", "KeybrakeCassettes", "KeybrakeEmulator",
            "NIOCore", "NIOHTTP1", "Logging", "Metrics",
        ],
        // Shells
        "KeybrakeServer": [
            "KeybrakeGateway", "KeybrakeEmulator", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "NIOTLS",
            "ServiceLifecycle", "Logging", "Metrics",
        ],
        "KeybrakeAdmin": [
            "KeybrakeGateway", "KeybrakeLedger", "KeybrakeCassettes", "KeybrakeEmulator", "KeybrakeStripe",
            "KeybrakeCrypto", "NIOCore", "NIOHTTP1", "Logging",
        ],
        "KeybrakeLedgerPostgres": ["KeybrakeLedger", "KeybrakeStripe", "CLibPQ", "Logging"],
        "KeybrakeAudit": ["KeybrakeLedger", "KeybrakeStripe", "KeybrakeCrypto", "CLibXML2"],
        // Doors
        "keybrake": [
            "KeybrakeServer", "KeybrakeAdmin", "KeybrakeGateway", "KeybrakeLedger", "KeybrakeLedgerPostgres",
            "KeybrakeCassettes", "KeybrakeEmulator", "KeybrakeStripe", "KeybrakeCrypto", "ArgumentParser",
            "Configuration", "Yams", "ServiceLifecycle", "UnixSignals", "SystemPackage", "Logging", "NIOCore",
            "NIOPosix", "NIOHTTP1",
            "Foundation",
        ],
        "keybrake-audit": ["KeybrakeAudit", "ArgumentParser"],
    ]

    static func violations(_ source: SwiftSource) -> [Violation] {
        guard let modules = allowed[source.target] else {
            return [source.violation(line: 0, "target \(source.target) has no row in the table of allowed imports")]
        }
        return source.codeLines.indices.compactMap { index in
            guard let module = importedModule(source.codeLines[index]), !modules.union(toolchain).contains(module)
            else { return nil }
            return source.violation(line: index, "\(source.target) may not import \(module)")
        }
    }

    /// The module of an import declaration, whatever attributes, access level or kind stand around it.
    static func importedModule(_ codeLine: String) -> String? {
        let words = codeLine.split(whereSeparator: { " \t;".contains($0) })
        guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count else { return nil }
        let before: Set<Substring> = ["package", "internal", "private", "fileprivate", "public"]
        guard words[..<keyword].allSatisfy({ before.contains($0) || $0.hasPrefix("@") }) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        let path = kinds.contains(words[keyword + 1]) && keyword + 2 < words.count ? keyword + 2 : keyword + 1
        return words[path].split(separator: ".").first.map(String.init)
    }

    /// Rows of the Markdown table that start with a target's name: every word in back-quotes after it.
    static func documented(in markdown: String) -> [String: Set<String>] {
        var rows: [String: Set<String>] = [:]
        for line in markdown.split(separator: "\n") where line.hasPrefix("| `") {
            let quoted = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            if let target = quoted.first, allowed[target] != nil {
                rows[target, default: []].formUnion(quoted.dropFirst())
            }
        }
        return rows
    }
}
