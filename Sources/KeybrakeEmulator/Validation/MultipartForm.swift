internal import KeybrakeStripe

/// A multipart body, taken apart: the plain parts as a form, and the file.
struct MultipartForm: Sendable {
    static let partsMax = 100

    private(set) var form = FormMap()
    private(set) var file: File?

    /// The part that carries bytes.
    struct File: Sendable {
        let name: String
        let bytes: ArraySlice<UInt8>
    }

    /// - Throws: 400 when the body is no multipart form.
    init(_ upload: EmulatorCall.Upload) throws(StripeError) {
        guard let boundary = Self.boundary(upload.contentType) else { throw Self.broken }
        let bytes = upload.bytes[...]
        let delimiter = Array("--\(boundary)".utf8)
        guard bytes.starts(with: delimiter) else { throw Self.broken }
        let between = Array("\r\n--\(boundary)".utf8)
        var pairs: [String] = []
        var start = delimiter.count
        while !bytes[start...].starts(with: "--".utf8) {
            guard pairs.count < Self.partsMax, bytes[start...].starts(with: "\r\n".utf8),
                let end = Self.place(of: between, in: bytes, from: start + 2)
            else { throw Self.broken }
            try take(bytes[(start + 2)..<end], &pairs)
            start = end + between.count
        }
        do {
            form = try FormDecoder.decode(pairs.joined(separator: "&"))
        } catch {
            throw .invalid("The parts of the form contradict each other: \(error)")
        }
    }

    private mutating func take(_ part: ArraySlice<UInt8>, _ pairs: inout [String]) throws(StripeError) {
        let blank = Array("\r\n\r\n".utf8)
        guard let end = Self.place(of: blank, in: part, from: part.startIndex) else { throw Self.broken }
        let headers = String(decoding: part[..<end], as: UTF8.self)
        guard let name = Self.quoted("name", in: headers) else { throw Self.broken }
        let content = part[(end + blank.count)...]
        var escaped: [UInt8] = []
        FormEncoder.escape(name, into: &escaped)
        escaped.append(UInt8(ascii: "="))
        if let filename = Self.quoted("filename", in: headers) {
            file = File(name: filename, bytes: content)
            escaped.append(contentsOf: "upload".utf8)
        } else {
            FormEncoder.escape(String(decoding: content, as: UTF8.self), into: &escaped)
        }
        pairs.append(String(decoding: escaped, as: UTF8.self))
    }

    private static var broken: StripeError {
        .invalid("The body is no valid multipart/form-data.")
    }

    private static func boundary(_ contentType: String) -> String? {
        guard contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
        for parameter in contentType.split(separator: ";").dropFirst() {
            let parts = parameter.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "boundary" else { continue }
            let value = parts[1].filter { $0 != "\"" }
            return (1...70).contains(value.utf8.count) ? value : nil
        }
        return nil
    }

    /// The value of `name="…"` among a part's headers.
    private static func quoted(_ name: String, in headers: String) -> String? {
        for piece in headers.split(whereSeparator: { $0 == ";" || $0 == "\r\n" }) {
            let trimmed = piece.drop { $0 == " " }
            guard trimmed.hasPrefix("\(name)=\"") else { continue }
            return String(trimmed.dropFirst(name.count + 2).prefix { $0 != "\"" })
        }
        return nil
    }

    /// Where a pattern begins in the bytes, at or after a place.
    private static func place(of pattern: [UInt8], in bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        guard let first = pattern.first else { return nil }
        var at = start
        while let found = bytes[at...].firstIndex(of: first), found + pattern.count <= bytes.endIndex {
            if bytes[found..<(found + pattern.count)].elementsEqual(pattern) { return found }
            at = found + 1
        }
        return nil
    }
}
