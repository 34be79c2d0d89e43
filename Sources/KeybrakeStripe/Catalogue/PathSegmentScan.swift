/// What one look at the bytes of a path segment, raw or decoded, tells about them.
struct PathSegmentScan {
    /// Whether `%` or `+` occurs.
    private(set) var isEscaped = false
    private(set) var holdsSlash = false
    private var holdsControl = false
    private var holdsDotSegment = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var isDots = true
        var dots = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "."):
                dots += 1
                continue
            case UInt8(ascii: "/"):
                holdsSlash = true
                if isDots, dots <= 2 { holdsDotSegment = true }
                isDots = true
                dots = 0
                continue
            case UInt8(ascii: "%"), UInt8(ascii: "+"): isEscaped = true
            case 0..<0x20, 0x7F, UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "#"): holdsControl = true
            default: break
            }
            isDots = false
        }
        if isDots, dots <= 2 { holdsDotSegment = true }
    }

    /// False for bytes that other readers of a path may act on: controls, `\`, `?`, `#`, empty and dot segments.
    var isPlain: Bool { !holdsControl && !holdsDotSegment }
}
