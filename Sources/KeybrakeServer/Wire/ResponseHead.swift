internal import NIOHTTP1

/// The head of an upstream answer, its hop-by-hop fields already left out of `headers`.
struct ResponseHead {
    var status: Int
    var headers: HTTPHeaders
    var framing: BodyFraming
    /// Whether the connection may carry another request after this answer.
    var isPersistent: Bool

    /// Reads a whole head, its empty line included. `isAnswerToHEAD` says that no body follows whatever the head says.
    init(_ bytes: UnsafeRawBufferPointer, isAnswerToHEAD: Bool, headerCountMax: Int) throws(WireDefect) {
        var lines = FieldLineReader(bytes, from: 0)
        let statusLine = try StatusLine(try lines.nextLine())
        var fields = ResponseFields()
        while let line = try lines.next() {
            guard fields.count < headerCountMax else { throw WireDefect("the answer has too many header lines") }
            try fields.add(line)
        }
        status = statusLine.status
        headers = fields.travellingHeaders()
        let hasNoBody = isAnswerToHEAD || status < 200 || status == 204 || status == 304
        framing = hasNoBody ? .none : try fields.framing()
        isPersistent = statusLine.isHTTP11 && !fields.options.closes && framing != .untilClose
    }
}

/// The first line of an answer.
private struct StatusLine {
    let status: Int
    let isHTTP11: Bool

    init(_ line: UnsafeRawBufferPointer) throws(WireDefect) {
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == ByteClass.space,
            line[7] == UInt8(ascii: "1") || line[7] == UInt8(ascii: "0"),
            line.count == 12 || line[12] == ByteClass.space
        else { throw WireDefect("the upstream answer does not start with an HTTP/1 status line") }
        var number = 0
        for byte in line[9..<12] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
                throw WireDefect("the status of the upstream answer is not a number")
            }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        guard (100..<600).contains(number) else {
            throw WireDefect("the status of the upstream answer is out of range")
        }
        status = number
        isHTTP11 = line[7] == UInt8(ascii: "1")
    }
}

/// Collects the header lines of an answer and what they say about its framing.
private struct ResponseFields {
    private(set) var options = ConnectionOptions()
    private(set) var count = 0
    private var headers: [(String, String)] = []
    private var connectionValues: [String] = []
    private var contentLength: Int?
    private var isChunked = false

    init() {
        headers.reserveCapacity(24)
    }

    mutating func add(_ line: FieldLine) throws(WireDefect) {
        count += 1
        switch line.field {
        case .contentLength:
            guard contentLength == nil, let length = BodyFraming.contentLength(line.value) else {
                throw WireDefect("the upstream answer's Content-Length is not one number")
            }
            contentLength = length
        case .transferEncoding:
            guard !isChunked, KnownField.matches(line.value, "chunked") else {
                throw WireDefect("the upstream answer has a transfer coding other than chunked")
            }
            isChunked = true
            return
        case .connection:
            options.add(line.value)
            if options.namesFields { connectionValues.append(String(decoding: line.value, as: UTF8.self)) }
            return
        case .hopByHop:
            return
        case .host, .date, .expect, .other:
            break
        }
        headers.append((String(decoding: line.name, as: UTF8.self), String(decoding: line.value, as: UTF8.self)))
    }

    func framing() throws(WireDefect) -> BodyFraming {
        if isChunked {
            guard contentLength == nil else {
                throw WireDefect("the upstream answer has both Content-Length and Transfer-Encoding")
            }
            return .chunked
        }
        guard let contentLength else { return .untilClose }
        return contentLength == 0 ? .none : .length(contentLength)
    }

    func travellingHeaders() -> HTTPHeaders {
        guard !connectionValues.isEmpty else { return HTTPHeaders(headers) }
        let named = ConnectionOptions.words(in: connectionValues)
        return HTTPHeaders(headers.filter { !named.contains($0.0.lowercased()) })
    }
}
