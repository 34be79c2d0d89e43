/// What the status column or member of a charge says about the money.
enum StatusWord: UInt8 {
    case succeeded
    case refunded
    case failed
    case pending
    case uncaptured
    case canceled
    /// A PaymentIntent that has made no charge (yet).
    case intentOnly
    /// A word that no export is known to write.
    case unknown

    init(_ text: UnsafeRawBufferPointer) {
        self = .unknown
        for (word, status) in Self.words where Self.spells(text, word) {
            self = status
            return
        }
    }

    /// Whether money has moved, at least for a while.
    var movedMoney: Bool { self == .succeeded || self == .refunded }

    /// Whether money has moved, is on its way or is reserved.
    var holdsMoney: Bool { movedMoney || self == .pending || self == .uncaptured }

    /// Later states have a higher rank; of two records of one charge the later state counts.
    var rank: UInt8 {
        switch self {
        case .unknown, .intentOnly: 0
        case .pending, .uncaptured: 1
        case .failed, .canceled, .succeeded: 2
        case .refunded: 3
        }
    }

    private static let words: [(StaticString, StatusWord)] = [
        ("paid", .succeeded), ("refunded", .refunded), ("failed", .failed), ("succeeded", .succeeded),
        ("pending", .pending), ("uncaptured", .uncaptured), ("canceled", .canceled), ("processing", .intentOnly),
        ("requires_payment_method", .intentOnly), ("requires_confirmation", .intentOnly),
        ("requires_action", .intentOnly), ("requires_capture", .intentOnly),
    ]

    private static func spells(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<text.count where text[index] != word.utf8Start[index] {
            guard text[index] &- 0x41 < 26, text[index] | 0x20 == word.utf8Start[index] else { return false }
        }
        return true
    }
}
