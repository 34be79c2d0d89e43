/// A place in the text of the catalogue.
struct CatalogueCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { at == bytes.count }
    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// The byte here, which is passed; `nil` at the end.
    mutating func next() -> UInt8? {
        guard at < bytes.count else { return nil }
        defer { at += 1 }
        return bytes[at]
    }

    /// Passes that byte if it is here.
    mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    /// The text from here to the first byte that does not belong to it.
    mutating func text(while belongs: (UInt8) -> Bool) -> String {
        let start = at
        while at < bytes.count, belongs(bytes[at]) { at += 1 }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)
    }

    /// The decimal number here, of at most nine digits; `nil` when there is none.
    mutating func number() -> Int? {
        let start = at
        var number = 0
        while at < bytes.count, at < start + 9, bytes[at] &- 0x30 < 10 {
            number = number * 10 + Int(bytes[at] - 0x30)
            at += 1
        }
        return at > start ? number : nil
    }

    /// A fault on the line of the byte that was passed last.
    func failure(_ reason: String) -> CatalogueParser.Failure {
        CatalogueParser.Failure(line: 1 + bytes[..<max(0, at - 1)].count { $0 == 0x0A }, reason: reason)
    }
}
