/// Links between the project's own documents.
enum LinkRules {
    /// Targets of Markdown links in `text` that are files, without their anchors; code blocks are left out.
    static func fileLinks(in text: String) -> [(line: Int, target: String)] {
        var links: [(line: Int, target: String)] = []
        var isInCode = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isInCode.toggle() }
            guard !isInCode else { continue }
            for target in targets(in: line) { links.append((index + 1, target)) }
        }
        return links
    }

    /// Links of the document at `path` that lead to no file.
    static func broken(path: String, text: String, exists: (String) -> Bool) -> [Violation] {
        fileLinks(in: text).compactMap { link in
            let resolved = resolve(link.target, from: path)
            return exists(resolved) ? nil : Violation(path: path, line: link.line, message: "no file \(resolved)")
        }
    }

    /// `../README.md` seen from `docs/STYLE.md` is `README.md`.
    static func resolve(_ target: String, from path: String) -> String {
        var parts = path.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/").map(String.init) where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    private static func targets(in line: Substring) -> [String] {
        var found: [String] = []
        var rest = line
        while let opening = rest.firstRange(of: "](") {
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstIndex(of: ")") else { break }
            let target = rest[..<closing].split(separator: "#", omittingEmptySubsequences: false).first ?? ""
            rest = rest[closing...]
            if !target.isEmpty, !target.contains("://"), !target.hasPrefix("mailto:") { found.append(String(target)) }
        }
        return found
    }
}
