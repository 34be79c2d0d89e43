/// What a report is called when nobody names it.
enum ReportName {
    /// The name of the first export without its ending; with several, how many more there are.
    static func derived(from exports: [String]) -> String {
        guard let first = exports.first else { return "reconciliation" }
        let name = ExportReader.baseName(first)
        let stem = name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
        return exports.count == 1 ? stem : "\(stem)-and-\(exports.count - 1)-more"
    }

    /// The name as a file name: letters, digits, points, hyphens and underscores.
    static func fileName(_ name: String) -> String {
        var file = ""
        for scalar in name.unicodeScalars.prefix(100) {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            file.unicodeScalars.append(isPlain || "-_.".unicodeScalars.contains(scalar) ? scalar : "_")
        }
        while file.hasPrefix(".") { file.removeFirst() }
        return file.isEmpty ? "reconciliation" : file
    }
}
