/// The header fields that a connection itself cares about; every other one is only carried.
enum KnownField {
    case host, date, contentLength, transferEncoding, expect, connection
    /// Fields that concern one connection only and never travel on (RFC 9110, 7.6.1).
    case hopByHop
    case other

    /// Tells the field from its name, in any case.
    init(name: UnsafeRawBufferPointer) {
        switch name.count {
        case 2: self = Self.matches(name, "te") ? .hopByHop : .other
        case 4: self = Self.matches(name, "host") ? .host : Self.matches(name, "date") ? .date : .other
        case 6: self = Self.matches(name, "expect") ? .expect : .other
        case 7: self = Self.matches(name, "upgrade") || Self.matches(name, "trailer") ? .hopByHop : .other
        case 10:
            self =
                Self.matches(name, "connection")
                ? .connection : Self.matches(name, "keep-alive") ? .hopByHop : .other
        case 14: self = Self.matches(name, "content-length") ? .contentLength : .other
        case 16: self = Self.matches(name, "proxy-connection") ? .hopByHop : .other
        case 17: self = Self.matches(name, "transfer-encoding") ? .transferEncoding : .other
        case 18: self = Self.matches(name, "proxy-authenticate") ? .hopByHop : .other
        case 19: self = Self.matches(name, "proxy-authorization") ? .hopByHop : .other
        default: self = .other
        }
    }

    /// Tells the field from its name, in any case.
    init(name: String) {
        var name = name
        self = name.withUTF8 { KnownField(name: UnsafeRawBufferPointer($0)) }
    }

    /// Whether `bytes` are `lowercase` (letters and hyphens) in any case.
    @inline(__always)
    static func matches(_ bytes: UnsafeRawBufferPointer, _ lowercase: StaticString) -> Bool {
        guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
        // SAFETY: both sides are read within the count that was just compared.
        let expected = lowercase.utf8Start
        for index in 0..<bytes.count where bytes[index] | 0x20 != expected[index] { return false }
        return true
    }
}
