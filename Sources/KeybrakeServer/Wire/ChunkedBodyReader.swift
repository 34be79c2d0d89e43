internal import NIOCore

/// Undoes the chunked transfer coding. Chunk extensions and trailers are read and dropped.
struct ChunkedBodyReader {
    /// Extension bytes after a chunk's size, and the trailer section as a whole.
    private static let lineBytesMax = 256
    private static let trailerBytesMax = 8 * 1024

    private enum Phase {
        case size, data(remaining: Int), dataEnd, trailer
    }

    private var phase = Phase.size
    private var trailerBytes = 0

    /// Moves what it can from `input` to `body`; `true` once the last chunk and the trailers have been read.
    mutating func read(from input: inout ByteBuffer, into body: inout ByteBuffer, bytesMax: Int) throws(BodyDefect)
        -> Bool
    {
        while true {
            switch phase {
            case .size:
                guard let line = try Self.line(from: &input, bytesMax: Self.lineBytesMax) else { return false }
                let size = try Self.size(line)
                guard size <= bytesMax - body.readableBytes else { throw .tooLarge }
                phase = size == 0 ? .trailer : .data(remaining: size)
            case .data(let remaining):
                guard var piece = input.readSlice(length: min(remaining, input.readableBytes)),
                    piece.readableBytes > 0
                else { return false }
                let left = remaining - piece.readableBytes
                body.writeBuffer(&piece)
                phase = left == 0 ? .dataEnd : .data(remaining: left)
            case .dataEnd:
                guard let line = try Self.line(from: &input, bytesMax: 0) else { return false }
                guard line.readableBytes == 0 else { throw .malformed("a chunk is longer than its size says") }
                phase = .size
            case .trailer:
                guard let line = try Self.line(from: &input, bytesMax: Self.trailerBytesMax) else { return false }
                if line.readableBytes == 0 { return true }
                try addTrailer(line)
            }
        }
    }

    private mutating func addTrailer(_ line: ByteBuffer) throws(BodyDefect) {
        trailerBytes += line.readableBytes + 2
        guard trailerBytes <= Self.trailerBytesMax else { throw .malformed("the trailer section is too long") }
        let isField = line.withUnsafeReadableBytes { bytes in
            guard let colon = bytes.firstIndex(of: ByteClass.colon), colon > 0 else { return false }
            return bytes[..<colon].allSatisfy(ByteClass.isToken) && ByteClass.isFieldText(bytes)
        }
        guard isField else { throw .malformed("a trailer line is malformed") }
    }

    /// One line without its line end, which must be CR LF; `nil` when it has not arrived.
    private static func line(from input: inout ByteBuffer, bytesMax: Int) throws(BodyDefect) -> ByteBuffer? {
        let view = input.readableBytesView.prefix(bytesMax + 2)
        guard let lineFeed = view.firstIndex(of: ByteClass.lineFeed) else {
            guard view.count < bytesMax + 2 else { throw .malformed("a line of the chunked body is too long") }
            return nil
        }
        let length = lineFeed - view.startIndex
        guard length > 0, view[lineFeed - 1] == ByteClass.carriageReturn else {
            throw .malformed("a line of the chunked body ends with a bare line feed")
        }
        let line = input.readSlice(length: length - 1)
        input.moveReaderIndex(forwardBy: 2)
        return line
    }

    /// The size at the start of a chunk line: 1 to 8 hexadecimal digits, then nothing or an extension.
    private static func size(_ line: ByteBuffer) throws(BodyDefect) -> Int {
        var size = 0
        var digits = 0
        let view = line.readableBytesView
        for byte in view {
            guard let value = ByteClass.hexadecimalValue(byte) else { break }
            digits += 1
            guard digits <= 8 else { throw .malformed("a chunk size has more than 8 digits") }
            size = size << 4 | value
        }
        let rest = view.dropFirst(digits)
        guard digits > 0, rest.isEmpty || (rest.first == UInt8(ascii: ";") && rest.allSatisfy(ByteClass.isFieldText))
        else { throw .malformed("a chunk size is malformed") }
        return size
    }
}
