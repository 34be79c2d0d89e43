internal import KeybrakeStripe

/// How far the emulator knows an operation.
enum Coverage: String, CaseIterable {
    /// A family's own logic.
    case behaviour
    /// Objects are remembered as their shape says.
    case synthesised
    /// Answered from the shape; nothing is remembered.
    case shape

    init(_ operation: Operation) {
        if Routes.ownNames.contains(operation.name) {
            self = .behaviour
        } else {
            self = Routes.behaviour(of: operation) == nil ? .shape : .synthesised
        }
    }

    static func count(_ coverage: Coverage) -> Int {
        Catalogue.shared.operations.count { Coverage($0) == coverage }
    }

    /// The table of the documentation: a row for each path, a column for each verb.
    static var table: String {
        var lines = allCases.map { "* \($0.rawValue): \(count($0)) operations" }
        lines += ["", "| path | GET | POST | DELETE |", "|---|---|---|---|"]
        var rows: [(path: String, cells: [String])] = []
        for operation in Catalogue.shared.operations {
            if rows.last?.path != operation.pathTemplate { rows.append((operation.pathTemplate, ["", "", ""])) }
            rows[rows.count - 1].cells[Int(operation.verb.rawValue)] = Coverage(operation).rawValue
        }
        lines += rows.map { "| `\($0.path)` | \($0.cells.joined(separator: " | ")) |" }
        return lines.joined(separator: "\n")
    }
}
