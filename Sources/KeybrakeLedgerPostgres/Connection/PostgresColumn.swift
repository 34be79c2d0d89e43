/// Values of one column, in the server's binary form of an array.
///
/// Text is stored with `\0` for NUL, which PostgreSQL's text cannot hold but a client can send, and therefore `\\` for
/// a backslash. JSON needs neither.
struct PostgresColumn: Sendable {
    enum Kind: Sendable {
        case bigint
        case text
        case json
        case bytes

        /// The server's number for the type.
        var typeNumber: UInt32 {
            switch self {
            case .bigint: 20
            case .text: 25
            case .json: 114
            case .bytes: 17
            }
        }

        /// The server's number for the type of arrays of it.
        var arrayTypeNumber: UInt32 {
            switch self {
            case .bigint: 1_016
            case .text: 1_009
            case .json: 199
            case .bytes: 1_001
            }
        }
    }

    let kind: Kind
    private(set) var count = 0
    private var hasNull = false
    private var elements: [UInt8] = []

    init(_ kind: Kind) {
        self.kind = kind
    }

    init(texts: some Sequence<String>) {
        self.init(.text)
        for text in texts { add(text) }
    }

    init(numbers: some Sequence<Int64>) {
        self.init(.bigint)
        for number in numbers { add(number) }
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return addNull() }
        precondition(kind == .bigint, "a number goes into a column of numbers")
        count += 1
        elements.appendBigEndian(UInt32(8))
        elements.appendBigEndian(UInt64(bitPattern: number))
    }

    mutating func add(_ text: String?) {
        guard let text else { return addNull() }
        precondition(kind == .text, "a text goes into a column of texts")
        guard text.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) else { return append(text.utf8) }
        append(PostgresText.escaped(text))
    }

    /// Adds JSON or bytes as they are.
    mutating func add(raw bytes: [UInt8]?) {
        guard let bytes else { return addNull() }
        precondition(kind == .json || kind == .bytes, "bytes go into a column of bytes or JSON")
        append(bytes)
    }

    mutating func addNull() {
        count += 1
        hasNull = true
        elements.appendBigEndian(UInt32.max)
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        count += 1
        elements.appendBigEndian(UInt32(clamping: bytes.count))
        elements.append(contentsOf: bytes)
    }

    /// The whole array.
    var wireBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + elements.count)
        bytes.appendBigEndian(UInt32(count == 0 ? 0 : 1))
        bytes.appendBigEndian(UInt32(hasNull ? 1 : 0))
        bytes.appendBigEndian(kind.typeNumber)
        guard count > 0 else { return bytes }
        bytes.appendBigEndian(UInt32(count))
        bytes.appendBigEndian(UInt32(1))
        bytes.append(contentsOf: elements)
        return bytes
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
