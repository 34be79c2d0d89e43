internal import CLibPQ

/// Where a PostgreSQL database is and how to log in, as libpq understands it: `postgres://user:password@host/database`
/// or `host=… dbname=…`. May contain a password, and therefore describes itself without it.
package struct PostgresAddress: Sendable, CustomStringConvertible, CustomReflectable {
    /// The whole text, password included.
    let connectionString: String
    package let description: String

    /// Reads the text; `nil` when it is no connection string.
    package init?(_ text: String) {
        guard Self.isURL(text) || text.contains("="), !text.utf8.contains(0),
            let options = PQconninfoParse(text, nil)
        else { return nil }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        connectionString = text
        let host = values["host"] ?? values["hostaddr"] ?? "the local server"
        let port = values["port"].map { ":\($0)" } ?? ""
        description = "PostgreSQL database \(values["dbname"] ?? "(default)") at \(host)\(port)"
    }

    /// Whether the text names a PostgreSQL database rather than a file.
    package static func isURL(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
