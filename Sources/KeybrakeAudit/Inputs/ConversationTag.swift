internal import Glibc

/// What a description says about its conversation: the tag `[conv:<id>]`.
enum ConversationTag: Equatable {
    case absent
    /// One tag, or the same several times: the bytes between `[conv:` and `]`.
    case named(UnsafeRawBufferPointer)
    /// Never closed, empty, too long, or with a blank or control character inside.
    case malformed
    /// Two tags that differ.
    case ambiguous

    /// The longest id, in bytes.
    static let lengthMax = 255

    init(in text: UnsafeRawBufferPointer) {
        self = .absent
        var rest = text
        while let tag = Self.nextTag(&rest) {
            guard let tag else {
                self = .malformed
                return
            }
            guard case .named(let first) = self else {
                self = .named(tag)
                continue
            }
            if !Self.areSame(first, tag) { self = .ambiguous }
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.absent, .absent), (.malformed, .malformed), (.ambiguous, .ambiguous): true
        case (.named(let one), .named(let other)): areSame(one, other)
        default: false
        }
    }

    /// The next tag, cutting `rest` behind it; `.some(nil)` when it is malformed, `nil` when there is none.
    private static func nextTag(_ rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer?? {
        while let start = rest.baseAddress, let bracket = memchr(start, 0x5B, rest.count) {
            let place = UnsafeRawPointer(bracket) - start
            rest = UnsafeRawBufferPointer(rebasing: rest[(place + 1)...])
            guard rest.count >= 5, let inside = rest.baseAddress, memcmp(inside, "conv:", 5) == 0 else { continue }
            rest = UnsafeRawBufferPointer(rebasing: rest[5...])
            guard let close = rest.firstIndex(of: 0x5D), (1...lengthMax).contains(close) else { return .some(nil) }
            let id = UnsafeRawBufferPointer(rebasing: rest[..<close])
            rest = UnsafeRawBufferPointer(rebasing: rest[(close + 1)...])
            return .some(id.allSatisfy { $0 > 0x20 && $0 != 0x5B && $0 != 0x7F } ? id : nil)
        }
        return nil
    }

    private static func areSame(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
