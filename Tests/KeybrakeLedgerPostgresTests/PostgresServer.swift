import Foundation
import Synchronization

@testable import KeybrakeLedgerPostgres

/// A PostgreSQL server of the tests' own, on a socket in a temporary folder, started when the first test asks for it.
///
/// The shell that runs the server waits on a pipe of this process, so that the server ends and its folder goes with the
/// process, however that ends.
final class PostgresServer: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The one server, or why there is none.
    static let shared = Result { try PostgresServer() }

    let folder: String
    private let lastSchema = Atomic<Int>(0)
    /// Held open for as long as the process lives.
    private let lifeline: Pipe

    private init() throws {
        guard let binaries = Self.binaries() else {
            throw Failure(
                description: "no PostgreSQL server was found: install the Debian package `postgresql`, which brings "
                    + "`initdb` and `postgres`")
        }
        var template = Array("/tmp/keybrake-postgres-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(description: "cannot make a temporary folder") }
        folder = String(cString: made)
        lifeline = Pipe()
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", Self.script, "sh", binaries, folder]
        shell.standardInput = lifeline
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        try waitUntilReady(shell)
    }

    /// The server refuses to run as root, who becomes a user without rights.
    private static let script = """
        binaries=$1 folder=$2
        as_user() {
            if [ "$(id -u)" != 0 ]; then "$@"; else setpriv --reuid=$user --regid=$group --clear-groups -- "$@"; fi
        }
        user=$(id -u postgres 2>/dev/null || id -u nobody) group=$(id -g postgres 2>/dev/null || id -g nobody)
        cd "$folder"
        [ "$(id -u)" != 0 ] || chown "$user:$group" "$folder"
        as_user "$binaries/initdb" -D "$folder/data" -U keybrake -A trust -E UTF8 --locale=C -N >"$folder/log" 2>&1 &&
            as_user "$binaries/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off \\
                -c full_page_writes=off -c max_connections=400 >>"$folder/log" 2>&1 </dev/null &
        cat >/dev/null
        kill -INT "$(head -n 1 "$folder/data/postmaster.pid")"
        wait
        rm -rf "$folder"
        """

    private static func binaries() -> String? {
        let listed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            path.split(separator: ":").map(String.init)
            + listed.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
        return folders.first { folder in
            ["initdb", "postgres"].allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
        }
    }

    private func waitUntilReady(_ shell: Process) throws {
        for _ in 0..<1_500 {
            if let address = PostgresAddress(url(schema: "public")),
                (try? PostgresConnection(PostgresLedgerSettings(address: address, instanceID: "x"), purpose: "t"))
                    != nil
            {
                return
            }
            guard shell.isRunning else { break }
            usleep(20_000)
        }
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw Failure(description: "the PostgreSQL server did not start: \(log.suffix(2_000))")
    }

    func url(schema: String, port: Int = 5_432) -> String {
        "postgres://keybrake:not-secret@/postgres?host=\(folder)&port=\(port)"
            + "&options=-csearch_path%3D\(schema)&application_name=\(schema)"
    }

    /// Makes an empty schema: one ledger's own.
    func newSchema() throws -> String {
        let name = "ledger_\(lastSchema.add(1, ordering: .relaxed).newValue)"
        let home = PostgresLedgerSettings(address: try address(schema: "public"), instanceID: "x")
        try PostgresConnection(home, purpose: "t").execute("CREATE SCHEMA \(name)")
        return name
    }

    func address(schema: String, port: Int = 5_432) throws -> PostgresAddress {
        guard let address = PostgresAddress(url(schema: schema, port: port)) else {
            throw Failure(description: "the server's address is not understood")
        }
        return address
    }
}
