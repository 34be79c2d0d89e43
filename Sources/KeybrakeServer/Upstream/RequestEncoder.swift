internal import KeybrakeGateway
internal import NIOCore
internal import NIOHTTP1

/// Turns a request to the upstream into bytes: request line, `Host`, the request's headers, `Content-Length`, body.
struct RequestEncoder {
    /// A body above this is written as it is instead of being copied behind its head.
    static let copiedBodyBytesMax = 32 * 1024

    /// What happened to the body.
    enum Outcome: Equatable {
        /// Head and body are in the buffer.
        case whole
        /// Only the head is in the buffer; the body follows as it is.
        case headOnly
        /// Method, target or a header would not be exactly one line. Nothing may be sent.
        case unsendable
    }

    /// The value of `Host`.
    let authority: String

    /// Appends the request to `buffer`.
    func encode(_ request: UpstreamRequest, into buffer: inout ByteBuffer) -> Outcome {
        let method = request.method.rawValue
        guard method.utf8.allSatisfy(ByteClass.isToken), request.target.utf8.first == UInt8(ascii: "/"),
            request.target.utf8.allSatisfy(ByteClass.isTarget)
        else { return .unsendable }
        let copiesBody = request.body.readableBytes <= Self.copiedBodyBytesMax
        var capacity = max(2_048, buffer.writableBytes)
        while true {
            var isSendable = true
            let isWritten = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { memory in
                var cursor = WireCursor(memory)
                isSendable = writeHead(request, method, &cursor)
                if copiesBody { request.body.withUnsafeReadableBytes { cursor.append($0) } }
                return cursor.overflowed || !isSendable ? 0 : cursor.count
            }
            if !isSendable { return .unsendable }
            if isWritten > 0 { return copiesBody ? .whole : .headOnly }
            capacity *= 2
        }
    }

    private func writeHead(_ request: UpstreamRequest, _ method: String, _ cursor: inout WireCursor) -> Bool {
        cursor.append(method)
        cursor.append(" ")
        cursor.append(request.target)
        cursor.append(" HTTP/1.1\r\nHost: ")
        cursor.append(authority)
        cursor.append("\r\n")
        guard writeFields(request.headers, &cursor) else { return false }
        if request.body.readableBytes > 0 || request.method == .POST {
            cursor.append("Content-Length: ")
            cursor.append(request.body.readableBytes)
            cursor.append("\r\n")
        }
        cursor.append("\r\n")
        return true
    }

    private func writeFields(_ headers: HTTPHeaders, _ cursor: inout WireCursor) -> Bool {
        let named = Self.fieldsNamedByConnection(headers)
        for (name, value) in headers {
            var lineName = name
            let isSendable = lineName.withUTF8 { utf8 in
                let bytes = UnsafeRawBufferPointer(utf8)
                switch KnownField(name: bytes) {
                case .host, .contentLength, .transferEncoding, .connection, .hopByHop, .expect: return true
                case .date, .other:
                    if !named.isEmpty, named.contains(name.lowercased()) { return true }
                    return cursor.appendField(name: bytes, value: value) || cursor.overflowed
                }
            }
            if !isSendable { return false }
        }
        return true
    }

    /// The fields that `Connection` says concern this connection only; almost always none.
    private static func fieldsNamedByConnection(_ headers: HTTPHeaders) -> Set<String> {
        let values = headers.compactMap { KnownField(name: $0.name) == .connection ? $0.value : nil }
        return values.isEmpty ? [] : ConnectionOptions.words(in: values)
    }
}
