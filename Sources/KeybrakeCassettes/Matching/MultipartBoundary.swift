/// Multipart bodies have a random boundary; comparing and storing them needs a constant one.
enum MultipartBoundary {
    /// The boundary that a recording has in place of the random one.
    static let constant = "keybrake-boundary"
    /// What RFC 2046 allows.
    private static let boundaryBytesMax = 70

    /// The body with its boundary replaced; any other body as it is.
    static func normalised(_ body: [UInt8]) -> [UInt8] {
        guard let boundary = boundary(of: body) else { return body }
        return body.withUnsafeBufferPointer { bytes in
            boundary.withUnsafeBufferPointer { wanted in
                var edits = TextEdits()
                var at = 0
                while let found = ByteSearch.first(wanted, in: bytes, from: at) {
                    edits.replace(found..<found + wanted.count, with: Array(constant.utf8))
                    at = found + wanted.count
                }
                return edits.apply(to: bytes)
            }
        }
    }

    /// The media type with its boundary replaced.
    static func normalised(contentType: String, of body: [UInt8]) -> String {
        guard boundary(of: body) != nil, contentType.lowercased().hasPrefix("multipart/") else { return contentType }
        return "multipart/form-data; boundary=\(constant)"
    }

    private static func boundary(of body: [UInt8]) -> [UInt8]? {
        guard body.starts(with: "--".utf8), let end = body.firstIndex(of: 0x0D), end > 2,
            end - 2 <= boundaryBytesMax
        else { return nil }
        return Array(body[2..<end])
    }
}
