internal import NIOCore

/// Why a body cannot be read.
enum BodyDefect: Error, Equatable {
    case tooLarge
    case malformed(String)
}

/// Collects one message's body as it arrives, whichever way it is framed.
struct BodyReader {
    private let framing: BodyFraming
    private let bytesMax: Int
    private var chunked = ChunkedBodyReader()
    private var body = ByteBuffer()

    /// `bytesMax` limits the body once its transfer coding is undone.
    init(framing: BodyFraming, bytesMax: Int) {
        self.framing = framing
        self.bytesMax = bytesMax
    }

    /// Takes what belongs to the body from `input`; the body once it is whole.
    mutating func read(from input: inout ByteBuffer) throws(BodyDefect) -> ByteBuffer? {
        switch framing {
        case .none:
            return body
        case .length(let length):
            return try read(length: length, from: &input)
        case .chunked:
            let isWhole = try chunked.read(from: &input, into: &body, bytesMax: bytesMax)
            return isWhole ? body : nil
        case .untilClose:
            guard input.readableBytes <= bytesMax - body.readableBytes else { throw .tooLarge }
            body.writeBuffer(&input)
            return nil
        }
    }

    /// The body when the connection has ended; `nil` when it is not whole.
    func ended() -> ByteBuffer? {
        framing == .untilClose ? body : nil
    }

    private mutating func read(length: Int, from input: inout ByteBuffer) throws(BodyDefect) -> ByteBuffer? {
        guard length <= bytesMax else { throw .tooLarge }
        if body.readableBytes == 0, let whole = input.readSlice(length: length) {
            return whole
        }
        // The buffer grows with what arrives, never with what a length promises.
        if var piece = input.readSlice(length: min(length - body.readableBytes, input.readableBytes)) {
            body.writeBuffer(&piece)
        }
        return body.readableBytes == length ? body : nil
    }
}
