import Glibc
import KeybrakeStripe

@testable import KeybrakeEmulator

/// The documentation's table of the events that the emulator tells: those that a family's source names, and those of
/// objects that are remembered as their shape says.
enum EventTable {
    static func text(sources directory: String) -> String {
        let known = SynthesizedEvents.types.subtracting(["*"])
        let named = literals(in: directory, among: known)
        let told = named.union(synthesized)
        var words: [String: [String]] = [:]
        for type in told.sorted() {
            let parts = type.split(separator: ".")
            let word = String(parts.last ?? "")
            words[parts.dropLast().joined(separator: "."), default: []]
                .append(named.contains(type) ? word : "*\(word)*")
        }
        var lines = [
            "\(told.count) of the \(known.count) types that Stripe knows; in italics those of objects that are "
                + "remembered as their shape says.", "", "| subject | events |", "|---|---|",
        ]
        lines += words.sorted { $0.key < $1.key }.map { "| `\($0.key)` | \($0.value.joined(separator: ", ")) |" }
        return lines.joined(separator: "\n")
    }

    /// The events of operations that are answered from memory without behaviour of their own.
    private static var synthesized: Set<String> {
        var types: Set<String> = []
        for operation in Catalogue.shared.operations where Coverage(operation) == .synthesised {
            guard let plan = SynthesisPlan(operation) else { continue }
            let what: String? =
                switch plan.form {
                case .create: "created"
                case .update, .act: "updated"
                case .delete: "deleted"
                case .retrieve, .list, .search: nil
                }
            if let type = what.flatMap({ SynthesizedEvents.type($0, plan.kind) }) { types.insert(type) }
        }
        return types
    }

    /// The texts between quotes that are event types.
    private static func literals(in directory: String, among known: Set<String>) -> Set<String> {
        var found: Set<String> = []
        for path in files(in: directory) where path.hasSuffix(".swift") {
            guard let text = DocumentSection.read(path) else { continue }
            found.formUnion(text.split(separator: "\"").map(String.init).filter(known.contains))
        }
        return found
    }

    private static func files(in directory: String) -> [String] {
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var paths: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                // SAFETY: `d_name` is a NUL-terminated text of at most 256 bytes inside the entry.
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let path = directory + "/" + name
            paths += name.hasSuffix(".swift") ? [path] : files(in: path)
        }
        return paths
    }
}
