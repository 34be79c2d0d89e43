internal import KeybrakeGateway
internal import NIOCore
internal import NIOHTTP1

/// Turns an answer into bytes: status line, the answer's headers, `Date`, `Content-Length`, `Connection`, body.
struct ResponseEncoder {
    /// A body above this is written as it is instead of being copied behind its head.
    static let copiedBodyBytesMax = 32 * 1024

    /// What the head depends on besides the answer itself.
    struct Context {
        var isAnswerToHEAD: Bool
        var closes: Bool
        /// The value of `Date`.
        var date: [UInt8]
    }

    /// Appends the head to `buffer`, and the body too when it is small enough to be copied; `true` if it was, or if
    /// there is none.
    static func encode(_ response: OutgoingResponse, _ context: Context, into buffer: inout ByteBuffer) -> Bool {
        let hasBody = carriesBody(response.status) && !context.isAnswerToHEAD && response.body.readableBytes > 0
        let copiesBody = response.body.readableBytes <= copiedBodyBytesMax
        var capacity = max(2_048, buffer.writableBytes)
        while true {
            let isWritten = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { memory in
                var cursor = WireCursor(memory)
                writeHead(response, context, &cursor)
                if hasBody, copiesBody { response.body.withUnsafeReadableBytes { cursor.append($0) } }
                return cursor.overflowed ? 0 : cursor.count
            }
            if isWritten > 0 { return !hasBody || copiesBody }
            capacity *= 2
        }
    }

    private static func writeHead(_ response: OutgoingResponse, _ context: Context, _ cursor: inout WireCursor) {
        writeStatusLine(response.status, &cursor)
        for (name, value) in response.headers {
            var name = name
            name.withUTF8 { utf8 in
                let bytes = UnsafeRawBufferPointer(utf8)
                switch KnownField(name: bytes) {
                case .date, .contentLength, .transferEncoding, .connection, .hopByHop: break
                // A header that is not one clean line is dropped: it would split the answer.
                case .host, .expect, .other: _ = cursor.appendField(name: bytes, value: value)
                }
            }
        }
        cursor.append("Date: ")
        context.date.withUnsafeBytes { cursor.append($0) }
        if announcesLength(response, context) {
            cursor.append("\r\nContent-Length: ")
            cursor.append(response.body.readableBytes)
        }
        cursor.append(context.closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
    }

    /// An answer to HEAD with an empty body says nothing about the length, because nobody has counted it.
    private static func announcesLength(_ response: OutgoingResponse, _ context: Context) -> Bool {
        guard carriesBody(response.status) else { return false }
        return !context.isAnswerToHEAD || response.body.readableBytes > 0
    }

    private static func carriesBody(_ status: Int) -> Bool {
        status != 204 && status != 304
    }

    private static func writeStatusLine(_ status: Int, _ cursor: inout WireCursor) {
        switch status {
        case 200: cursor.append("HTTP/1.1 200 OK\r\n")
        case 400: cursor.append("HTTP/1.1 400 Bad Request\r\n")
        case 401: cursor.append("HTTP/1.1 401 Unauthorized\r\n")
        case 402: cursor.append("HTTP/1.1 402 Payment Required\r\n")
        case 403: cursor.append("HTTP/1.1 403 Forbidden\r\n")
        case 404: cursor.append("HTTP/1.1 404 Not Found\r\n")
        default:
            // A status that no answer can have would confuse the client's parser.
            let status = (200...599).contains(status) ? status : 500
            cursor.append("HTTP/1.1 ")
            cursor.append(status)
            cursor.append(" ")
            cursor.append(HTTPResponseStatus(statusCode: status).reasonPhrase)
            cursor.append("\r\n")
        }
    }
}
