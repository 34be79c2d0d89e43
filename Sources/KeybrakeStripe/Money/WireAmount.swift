/// Reads amounts as Stripe's parameters carry them: whole numbers of the smallest unit.
package enum WireAmount {
    /// The largest amount that any parameter may carry. Stripe takes at most 8 digits on charges and 12 anywhere.
    package static let minorUnitsMax: Int64 = 999_999_999_999

    /// Why a text is no wire amount.
    package enum Failure: Error, Equatable {
        case notDigits
        case tooLarge
    }

    /// The amount, from digits alone: no sign, blank, point, exponent or leading zero.
    package static func parse(_ text: String) throws(Failure) -> Int64 {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .notDigits }
        guard text.utf8.count == 1 || text.utf8.first != 0x30 else { throw .notDigits }
        guard text.utf8.count <= 12, let amount = Int64(text), amount <= minorUnitsMax else { throw .tooLarge }
        return amount
    }
}
