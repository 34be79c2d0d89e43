import Glibc

/// A plain blocking TCP client that sends exactly the bytes it is told to. Reads give up after five seconds.
final class RawClient {
    struct Failure: Error {
        var what: String
    }

    private let socketNumber: Int32
    private var isOpen = true

    init(port: Int) throws {
        socketNumber = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socketNumber, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socketNumber, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let result = Self.connect(socketNumber, port: port)
        guard result == 0 else { throw Failure(what: "connect: \(String(cString: strerror(errno)))") }
    }

    /// Connects to a port of this machine; the system makes the address, so that its layout is nobody's business here.
    private static func connect(_ socketNumber: Int32, port: Int) -> Int32 {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("127.0.0.1", String(port), &hints, &found) == 0, let address = found else { return -1 }
        defer { freeaddrinfo(found) }
        return Glibc.connect(socketNumber, address.pointee.ai_addr, address.pointee.ai_addrlen)
    }

    deinit {
        close()
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        _ = Glibc.close(socketNumber)
    }

    /// Closes with a reset.
    func reset() {
        var withoutFarewell = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socketNumber, SOL_SOCKET, SO_LINGER, &withoutFarewell, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Says that no more bytes come; reading goes on.
    func endOutput() {
        shutdown(socketNumber, Int32(SHUT_WR))
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socketNumber, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "send: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// Reads until `text` has come; everything read so far.
    func read(until text: String) throws -> String {
        var all = ""
        while !all.contains(text) {
            guard let more = try readSome() else { throw Failure(what: "ended after: \(all)") }
            all += more
        }
        return all
    }

    /// Reads until the server closes its end.
    func readToEnd() throws -> String {
        var all = ""
        while let more = try readSome() { all += more }
        return all
    }

    private func readSome() throws -> String? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(socketNumber, &bytes, bytes.count)
        if count < 0 { throw Failure(what: "read: \(String(cString: strerror(errno)))") }
        return count == 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
