/// How long lines, functions and files may be.
enum SizeRules {
    static let lineCharactersMax = 120
    static let functionLinesMax = 70
    static let fileLinesMax = 500
    /// Generated data in one literal, read by nobody; no rule looks at it.
    static let generatedFiles: Set<String> = ["CatalogueText.swift"]

    static func longLines(_ source: SwiftSource) -> [Violation] {
        source.lines.indices.compactMap { index in
            let count = source.lines[index].count
            guard count > lineCharactersMax else { return nil }
            return source.violation(line: index, "line of \(count) characters; at most \(lineCharactersMax)")
        }
    }

    static func longFiles(_ source: SwiftSource) -> [Violation] {
        guard source.lines.count > fileLinesMax + 1 else { return [] }
        return [source.violation(line: 0, "file of \(source.lines.count - 1) lines; at most \(fileLinesMax)")]
    }

    static func longFunctions(_ source: SwiftSource) -> [Violation] {
        FunctionFinder.functions(in: source.codeLines).compactMap { function in
            guard function.lineCount > functionLinesMax else { return nil }
            return source.violation(
                line: function.firstLine,
                "function of \(function.lineCount) lines; at most \(functionLinesMax)"
            )
        }
    }
}
