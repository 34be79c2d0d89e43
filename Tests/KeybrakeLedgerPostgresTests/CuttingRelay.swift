import Glibc
import KeybrakeLedger
import Synchronization

/// Stands between a ledger and its server, and breaks the connection at a commit: before the server hears of it, or
/// before the ledger hears of its answer. Afterwards nobody is let through until ``restore()``.
final class CuttingRelay: Sendable {
    enum Cut: Sendable {
        case beforeServer
        case beforeLedger
    }

    private struct State {
        var armed: Cut?
        var isDown = false
    }

    private let state = Mutex(State())
    private let serverPath: String

    /// Listens as the port of that number in the server's folder.
    init(folder: String, port: Int) throws {
        serverPath = "\(folder)/.s.PGSQL.5432"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard Self.withAddress("\(folder)/.s.PGSQL.\(port)", { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0
        else { throw PostgresServer.Failure(description: "the relay cannot listen") }
        try WriterThread.start { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                try? WriterThread.start { [self] in serve(client) }
            }
        }
    }

    /// Cuts at the next commit that writes audit rows.
    func arm(_ cut: Cut) {
        state.withLock { $0.armed = cut }
    }

    func restore() {
        state.withLock { $0 = State() }
    }

    var isDown: Bool { state.withLock { $0.isDown } }

    private func serve(_ client: Int32) {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { for end in [client, server] { close(end) } }
        guard !isDown, Self.withAddress(serverPath, { connect(server, $0, $1) }) == 0 else { return }
        var ends = [
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server, events: Int16(POLLIN), revents: 0),
        ]
        var mutesServer = false
        var buffer = [UInt8](repeating: 0, count: 262_144)
        while poll(&ends, 2, -1) > 0, !isDown || mutesServer {
            if ends[0].revents != 0 {
                let count = read(client, &buffer, buffer.count)
                guard count > 0 else { return }
                let cut = takeCut(at: buffer[..<count])
                if cut == .beforeServer { return }
                if cut == .beforeLedger { mutesServer = true }
                guard Self.writeAll(buffer[..<count], to: server) else { return }
            }
            if ends[1].revents != 0 {
                let count = read(server, &buffer, buffer.count)
                // The server has answered the commit, and the answer goes nowhere.
                guard count > 0, !mutesServer else { return }
                guard Self.writeAll(buffer[..<count], to: client) else { return }
            }
        }
    }

    /// The cut to be made now; from then on the relay is down.
    private func takeCut(at bytes: ArraySlice<UInt8>) -> Cut? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("commit"), text.contains("insert_audit") else { return nil }
        return state.withLock { state in
            guard let cut = state.armed else { return nil }
            state = State(armed: nil, isDown: true)
            return cut
        }
    }

    private static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: Array(path.utf8.prefix(place.count - 1)))
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
