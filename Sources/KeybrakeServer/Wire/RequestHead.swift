internal import NIOHTTP1

/// The head of a request, read strictly: what two parsers could read differently is a defect.
///
/// HTTP/1.1 and HTTP/1.0 are served; an HTTP/1.0 client gets one answer and the connection closes, because some
/// proxies and health checks still speak it. It may not use a transfer coding.
struct RequestHead {
    /// Why a head cannot be served.
    enum Defect: Error, Equatable {
        case malformed(String)
        case versionNotSupported
    }

    var method: HTTPMethod
    var target: String
    var headers: HTTPHeaders
    var framing: BodyFraming
    /// Whether the client wants no further request on this connection, or cannot have one.
    var closes: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool

    /// Reads a whole head, its empty line included.
    init(_ bytes: UnsafeRawBufferPointer, headerCountMax: Int) throws(Defect) {
        do {
            var lines = FieldLineReader(bytes, from: 0)
            let requestLine = try RequestLine(try lines.nextLine())
            var fields = RequestFields(isHTTP10: requestLine.isHTTP10)
            while let line = try lines.next() {
                guard fields.headers.count < headerCountMax else {
                    throw WireDefect("the request has too many header lines")
                }
                try fields.add(line)
            }
            framing = try fields.framing()
            method = requestLine.method
            target = requestLine.target
            headers = HTTPHeaders(fields.headers)
            closes = fields.options.closes || requestLine.isHTTP10
            expectsContinue = fields.expectsContinue && !requestLine.isHTTP10
        } catch let defect as WireDefect {
            throw .malformed(defect.text)
        } catch {
            throw .versionNotSupported
        }
    }
}

/// The first line of a request.
private struct RequestLine {
    private struct VersionNotSupported: Error {}

    let method: HTTPMethod
    let target: String
    let isHTTP10: Bool

    init(_ line: UnsafeRawBufferPointer) throws {
        guard let first = line.firstIndex(of: ByteClass.space),
            let last = line.lastIndex(of: ByteClass.space), last > first
        else { throw WireDefect("the request line is not a method, a target and a version") }
        let versionBytes = UnsafeRawBufferPointer(rebasing: line[(last + 1)...])
        method = try Self.method(UnsafeRawBufferPointer(rebasing: line[..<first]))
        isHTTP10 = try Self.isHTTP10(versionBytes)
        target = try Self.target(UnsafeRawBufferPointer(rebasing: line[(first + 1)..<last]), method: method)
    }

    private static func method(_ bytes: UnsafeRawBufferPointer) throws(WireDefect) -> HTTPMethod {
        if KnownMethod.isExactly(bytes, "GET") { return .GET }
        if KnownMethod.isExactly(bytes, "POST") { return .POST }
        if KnownMethod.isExactly(bytes, "DELETE") { return .DELETE }
        let isName = bytes.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") || $0 == UInt8(ascii: "-") }
        guard isName, !bytes.isEmpty, bytes.count <= 16 else { throw WireDefect("the method is malformed") }
        let method = HTTPMethod(rawValue: String(decoding: bytes, as: UTF8.self))
        guard method != .CONNECT, method != .TRACE else {
            throw WireDefect("CONNECT and TRACE are not served")
        }
        return method
    }

    private static func isHTTP10(_ bytes: UnsafeRawBufferPointer) throws -> Bool {
        if KnownMethod.isExactly(bytes, "HTTP/1.1") { return false }
        if KnownMethod.isExactly(bytes, "HTTP/1.0") { return true }
        let isVersion =
            bytes.count == 8 && bytes.starts(with: "HTTP/".utf8) && bytes[6] == UInt8(ascii: ".")
            && ByteClass.hexadecimalValue(bytes[5]) != nil && ByteClass.hexadecimalValue(bytes[7]) != nil
        guard isVersion else { throw WireDefect("the request line does not end with a version") }
        throw VersionNotSupported()
    }

    private static func target(_ bytes: UnsafeRawBufferPointer, method: HTTPMethod) throws(WireDefect) -> String {
        let isPath = bytes.first == UInt8(ascii: "/")
        let isAsterisk = method == .OPTIONS && KnownMethod.isExactly(bytes, "*")
        guard isPath || isAsterisk else { throw WireDefect("the request target is not a path") }
        guard bytes.allSatisfy(ByteClass.isTarget) else {
            throw WireDefect("the request target contains a byte that must be percent-encoded")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Comparison of bytes with a word whose case matters.
private enum KnownMethod {
    @inline(__always)
    static func isExactly(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        // SAFETY: both sides are read within the count that was just compared.
        for index in 0..<bytes.count where bytes[index] != word.utf8Start[index] { return false }
        return true
    }
}

/// Collects the header lines of a request and what they say about its framing.
private struct RequestFields {
    let isHTTP10: Bool
    var headers: [(String, String)] = []
    var options = ConnectionOptions()
    var expectsContinue = false
    private var contentLength: Int?
    private var isChunked = false
    private var hasHost = false

    init(isHTTP10: Bool) {
        self.isHTTP10 = isHTTP10
        headers.reserveCapacity(16)
    }

    mutating func add(_ line: FieldLine) throws(WireDefect) {
        if line.field != .other { try note(line) }
        headers.append((String(decoding: line.name, as: UTF8.self), try Self.text(line.value)))
    }

    private mutating func note(_ line: FieldLine) throws(WireDefect) {
        switch line.field {
        case .host:
            guard !hasHost else { throw WireDefect("Host is given twice") }
            guard !line.value.isEmpty, line.value.allSatisfy(Self.isHost) else { throw WireDefect("Host is malformed") }
            hasHost = true
        case .contentLength:
            guard contentLength == nil else { throw WireDefect("Content-Length is given twice") }
            guard let length = BodyFraming.contentLength(line.value) else {
                throw WireDefect("Content-Length is not one number")
            }
            contentLength = length
        case .transferEncoding:
            guard !isChunked else { throw WireDefect("Transfer-Encoding is given twice") }
            guard !isHTTP10 else { throw WireDefect("Transfer-Encoding is not allowed in HTTP/1.0") }
            guard KnownField.matches(line.value, "chunked") else {
                throw WireDefect("only the transfer coding chunked is understood")
            }
            isChunked = true
        case .expect:
            guard KnownField.matches(line.value, "100-continue") else {
                throw WireDefect("only the expectation 100-continue is understood")
            }
            expectsContinue = true
        case .connection:
            options.add(line.value)
        case .date, .hopByHop, .other:
            break
        }
    }

    func framing() throws(WireDefect) -> BodyFraming {
        guard hasHost || isHTTP10 else { throw WireDefect("Host is missing") }
        if isChunked {
            guard contentLength == nil else {
                throw WireDefect("Content-Length and Transfer-Encoding are both given")
            }
            return .chunked
        }
        guard let contentLength, contentLength > 0 else { return .none }
        return .length(contentLength)
    }

    private static func text(_ value: UnsafeRawBufferPointer) throws(WireDefect) -> String {
        if ByteClass.isASCII(value) { return String(decoding: value, as: UTF8.self) }
        guard let text = String(validating: value, as: UTF8.self) else {
            throw WireDefect("a header value is not UTF-8")
        }
        return text
    }

    private static func isHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default:
            return byte == 0x2E || byte == 0x2D || byte == 0x5F || byte == 0x3A || byte == 0x5B || byte == 0x5D
        }
    }
}
