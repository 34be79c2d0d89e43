/// Tells by its first bytes what a file is that is no cassette of ours.
enum ForeignFormat {
    /// How many bytes are looked at.
    private static let sniffedBytes = 8_192

    /// What the file looks like, in words that complete "it looks like …".
    static func guess(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        // 0x8B cannot be spelled in a string literal.
        if bytes.count > 1, bytes[0] == 0x1F, bytes[1] == 0x8B { return "a gzip file" }
        for (magic, name) in magics where ByteSearch.has(magic, at: 0, in: bytes) { return name }
        let head = UnsafeBufferPointer(rebasing: bytes.prefix(sniffedBytes))
        guard String(validating: head.dropLast(head.count == bytes.count ? 0 : 4), as: UTF8.self) != nil else {
            return "a binary file"
        }
        for (clue, name) in clues where ByteSearch.first(clue, in: head, from: 0) != nil { return name }
        switch head.first(where: { $0 > 0x20 }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return "some other JSON file"
        default: return "a text file of another kind"
        }
    }

    private static let magics: [(StaticString, String)] = [
        ("version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
        ("SQLite format 3", "an SQLite database"),
        ("PK\u{3}\u{4}", "a ZIP file"),
        ("<!DOCTYPE", "an HTML page"),
        ("<html", "an HTML page"),
    ]

    /// The first clue that is found decides; the order goes from the special to the general.
    private static let clues: [(StaticString, String)] = [
        ("<<<<<<<", "a file with merge conflicts"),
        ("_recordingName", "a Polly.JS recording (HAR)"),
        ("http_interactions", "a VCR cassette (Ruby)"),
        ("schemaVersion", "a Hoverfly simulation"),
        ("\"mappings\"", "a WireMock mapping file"),
        ("urlPath", "a WireMock mapping file"),
        ("\"entries\"", "a HAR file"),
        ("proto_major", "a go-vcr cassette"),
        ("interactions", "a vcrpy cassette"),
        ("9:timestamp", "a mitmproxy flow file"),
        ("8:request", "a mitmproxy flow file"),
    ]
}
