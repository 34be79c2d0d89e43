/// A plain check that elements nest: every end tag ends what was begun last.
enum MarkupCheck {
    private static let void: Set<String> = ["meta", "input", "rect", "!DOCTYPE", "?xml"]

    /// What is wrong first, or `nil`.
    static func firstFault(in document: String, isHTML: Bool) -> String? {
        var open: [String] = []
        var rest = Substring(document)
        while let start = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: start)...]
            guard let end = rest.firstIndex(of: ">") else { return "a tag is not closed" }
            let tag = rest[..<end]
            rest = rest[rest.index(after: end)...]
            let name = String(tag.drop { $0 == "/" }.prefix { !$0.isWhitespace && $0 != "/" })
            if tag.hasPrefix("/") {
                guard open.popLast() == name else { return "</\(name)> closes something else" }
            } else if !tag.hasSuffix("/"), !void.contains(name) {
                open.append(name)
                if isHTML, name == "script" || name == "style", let close = rest.range(of: "</\(name)>") {
                    rest = rest[close.lowerBound...]
                }
            }
        }
        return open.isEmpty ? nil : "<\(open[open.count - 1])> stays open"
    }
}

extension Substring {
    /// Where a text occurs first.
    fileprivate func range(of text: String) -> Range<Substring.Index>? {
        firstRange(of: text)
    }
}
