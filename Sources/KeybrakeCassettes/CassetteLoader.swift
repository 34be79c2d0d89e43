internal import KeybrakeStripe

/// Builds a ``Cassette`` from the bytes of a file.
struct CassetteLoader {
    let path: String

    /// A cassette, what was odd, and where a torn last record begins.
    struct Loaded {
        let cassette: Cassette
        let warnings: [CassetteWarning]
        let tornFrom: Int?
    }

    func load(_ bytes: [UInt8]) throws(CassetteError) -> Loaded {
        try bytes.withUnsafeBufferPointer { buffer -> Result<Loaded, CassetteError> in
            do throws(CassetteError) {
                return .success(try load(bytes, buffer))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    private func load(_ bytes: [UInt8], _ buffer: UnsafeBufferPointer<UInt8>) throws(CassetteError) -> Loaded {
        guard buffer.contains(where: { $0 > 0x20 }) else { throw failure(.empty) }
        guard buffer.count <= CassetteFormat.fileBytesMax else {
            throw failure(.tooLarge(limitBytes: CassetteFormat.fileBytesMax))
        }
        try recognise(bytes)
        let frames = try frames(buffer)
        guard let first = frames.frames.first else {
            throw failure(.damaged(line: 1, detail: "the header record is not finished; record the cassette again"))
        }
        guard frames.frames.count - 1 <= CassetteFormat.interactionsMax else {
            throw failure(.tooManyInteractions(limit: CassetteFormat.interactionsMax))
        }
        let header = try header(buffer, first)
        let index = try index(bytes, buffer, Array(frames.frames.dropFirst()))
        var warnings: [CassetteWarning] = []
        if let torn = frames.tornFrom {
            warnings.append(
                CassetteWarning(
                    line: ByteSearch.line(of: torn, in: buffer),
                    text: "the last record is not finished (\(buffer.count - torn) bytes) and was left out; "
                        + "recording was interrupted while it was written"))
        }
        let cassette = Cassette(name: Self.name(path), header: header, index: index)
        return Loaded(cassette: cassette, warnings: warnings, tornFrom: frames.tornFrom)
    }

    /// The file name without folder and extension.
    static func name(_ path: String) -> String {
        let file = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
        guard file.hasSuffix(CassetteFormat.fileExtension) else { return file }
        return String(file.dropLast(CassetteFormat.fileExtension.count))
    }

    private func failure(_ reason: CassetteError.Reason) -> CassetteError {
        CassetteError(path: path, reason: reason)
    }

    // MARK: Header

    /// Refuses files of other kinds, before their layout is called damaged.
    func recognise(_ bytes: [UInt8]) throws(CassetteError) {
        guard isTornHeader(bytes) || Self.hasOurHeader(bytes) else {
            let guess = bytes.withUnsafeBufferPointer { ForeignFormat.guess($0) }
            throw failure(.foreign(looksLike: guess))
        }
    }

    /// Whether the bytes are a beginning of a header record and nothing more.
    func isTornHeader(_ bytes: [UInt8]) -> Bool {
        let opening = "{\n  \"\(RecordMember.format)\""
        guard bytes.starts(with: opening.utf8) || opening.utf8.starts(with: bytes) else { return false }
        return bytes.withUnsafeBufferPointer { ByteSearch.first("\n}", pivot: 1, in: $0, from: 0) == nil }
    }

    private static func hasOurHeader(_ bytes: [UInt8]) -> Bool {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return false }
        return bytes.withUnsafeBufferPointer { buffer in
            let head = UnsafeBufferPointer(rebasing: buffer.prefix(256))
            return ByteSearch.first("\"keybrake_cassette\"", pivot: 1, in: head, from: 0) != nil
        }
    }

    private func header(_ buffer: UnsafeBufferPointer<UInt8>, _ frame: Range<Int>) throws(CassetteError)
        -> CassetteHeader
    {
        let record = UnsafeBufferPointer(rebasing: buffer[frame])
        var version: Int64?
        JSONScanner(record).forEachMember { name, value in
            guard name.elementsEqual(RecordMember.format.utf8) else { return true }
            version = Int64(String(decoding: value, as: UTF8.self))
            return false
        }
        guard let version, version > 0 else {
            throw failure(.damaged(line: 1, detail: "the header has no format version"))
        }
        guard version <= CassetteFormat.version else {
            throw failure(.newerVersion(found: version, supported: CassetteFormat.version))
        }
        do throws(RecordReader.Damage) {
            return try RecordReader.header(record)
        } catch {
            throw failure(.damaged(line: 1, detail: error.detail))
        }
    }

    private func frames(_ buffer: UnsafeBufferPointer<UInt8>) throws(CassetteError) -> RecordFrames {
        do throws(RecordFrames.Damage) {
            return try RecordFrames(buffer)
        } catch {
            throw failure(.damaged(line: ByteSearch.line(of: error.offset, in: buffer), detail: error.detail))
        }
    }

    // MARK: Interactions

    private func index(
        _ bytes: [UInt8], _ buffer: UnsafeBufferPointer<UInt8>, _ frames: [Range<Int>]
    ) throws(CassetteError) -> CassetteIndex {
        var builder = CassetteIndexBuilder(buffer, capacity: frames.count)
        for frame in frames {
            do throws(RecordReader.Damage) {
                try builder.add(frame)
            } catch {
                let line = ByteSearch.line(of: frame.lowerBound, in: buffer)
                throw failure(.damaged(line: line, detail: error.detail))
            }
        }
        return builder.finish(bytes)
    }
}
