internal import KeybrakeGateway
internal import NIOCore

/// Puts an upstream answer together from the bytes of a connection. A value: bytes go in, the answer comes out.
struct ResponseReader {
    /// More informational answers than this before the real one are a defect.
    private static let informationalMax = 8

    private let limits: UpstreamLimits
    private let isAnswerToHEAD: Bool
    private var inbox = ByteBuffer()
    private var boundary = HeadBoundary()
    private var head: ResponseHead?
    private var body = BodyReader(framing: .none, bytesMax: 0)
    private var informational = 0

    init(isAnswerToHEAD: Bool, limits: UpstreamLimits) {
        self.isAnswerToHEAD = isAnswerToHEAD
        self.limits = limits
    }

    /// Whether the connection may carry another request once the answer has been returned.
    private(set) var isReusable = false

    /// Bytes have arrived; the answer once it is whole.
    mutating func received(_ bytes: ByteBuffer) throws(WireDefect) -> UpstreamResponse? {
        if inbox.readableBytes == 0 {
            inbox = bytes
        } else {
            var bytes = bytes
            inbox.writeBuffer(&bytes)
        }
        while head == nil {
            guard let next = try readHead() else { return nil }
            guard next.status >= 200 else {
                try skip(informational: next)
                continue
            }
            head = next
            if case .length(let length) = next.framing, length > limits.bodyBytesMax { throw Self.tooLarge }
            body = BodyReader(framing: next.framing, bytesMax: limits.bodyBytesMax)
        }
        return try readBody()
    }

    /// The connection has ended in an orderly way; the answer when that was its end.
    mutating func ended() -> UpstreamResponse? {
        guard let head, let whole = body.ended() else { return nil }
        return UpstreamResponse(status: head.status, headers: head.headers, body: whole)
    }

    private static let tooLarge = WireDefect("the upstream answer's body is larger than the limit")

    private mutating func skip(informational head: ResponseHead) throws(WireDefect) {
        informational += 1
        guard head.status != 101 else { throw WireDefect("the upstream answer switches protocols") }
        guard informational <= Self.informationalMax else {
            throw WireDefect("the upstream sends one informational answer after the other")
        }
    }

    private mutating func readHead() throws(WireDefect) -> ResponseHead? {
        var boundary = boundary
        let (limits, isAnswerToHEAD) = (limits, isAnswerToHEAD)
        let result: Result<(ResponseHead, Int)?, WireDefect> = inbox.withUnsafeReadableBytes { bytes in
            do throws(WireDefect) {
                let length = try boundary.find(in: bytes)
                guard (length ?? bytes.count) <= limits.headBytesMax else {
                    throw WireDefect("the upstream answer's head is larger than the limit")
                }
                guard let length else { return .success(nil) }
                let head = try ResponseHead(
                    UnsafeRawBufferPointer(rebasing: bytes[..<length]), isAnswerToHEAD: isAnswerToHEAD,
                    headerCountMax: limits.headerCountMax)
                return .success((head, length))
            } catch {
                return .failure(error)
            }
        }
        self.boundary = boundary
        guard let (head, length) = try result.get() else { return nil }
        inbox.moveReaderIndex(forwardBy: length)
        self.boundary.reset()
        return head
    }

    private mutating func readBody() throws(WireDefect) -> UpstreamResponse? {
        guard let head else { return nil }
        do throws(BodyDefect) {
            guard let whole = try body.read(from: &inbox) else {
                if inbox.readableBytes == 0 { inbox = ByteBuffer() }
                return nil
            }
            // Bytes after an answer belong to nothing that was asked; the next answer could be a planted one.
            isReusable = head.isPersistent && inbox.readableBytes == 0
            return UpstreamResponse(status: head.status, headers: head.headers, body: whole)
        } catch {
            switch error {
            case .tooLarge: throw Self.tooLarge
            case .malformed: throw WireDefect("the chunked body of the upstream answer is malformed")
            }
        }
    }
}
