/// Looks for card numbers among the digits of a text: in one piece, or in groups with a space or hyphen between.
struct CardNumberSearch {
    /// The sizes that groups of a written card number have.
    private static let groupDigits = 3...6

    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The card number that begins with this word, which begins with a digit.
    func cardNumber(startingAt word: Range<Int>) -> Range<Int>? {
        guard isAllDigits(word), !isFraction(word) else { return nil }
        if word.count >= CardNumber.digitsMin {
            return CardNumber.isCardNumber(bytes[word]) ? word : nil
        }
        guard Self.groupDigits.contains(word.count) else { return nil }
        return groupedNumber(startingAt: word)
    }

    /// A card number with letters or underscores right before or after it, as in `pan_4242…`.
    ///
    /// Digits elsewhere in the same stretch of letters and digits make it an identifier or a digest, not a card.
    func cardNumber(inside word: Range<Int>) -> Range<Int>? {
        for part in bytes[word].split(separator: UInt8(ascii: "_")) where part.count >= CardNumber.digitsMin {
            guard let first = part.firstIndex(where: Self.isDigit), let last = part.lastIndex(where: Self.isDigit),
                last - first + 1 < word.count, part[first...last].allSatisfy(Self.isDigit),
                CardNumber.isCardNumber(part[first...last])
            else { continue }
            return first..<last + 1
        }
        return nil
    }

    private func groupedNumber(startingAt first: Range<Int>) -> Range<Int>? {
        var digits = Array(bytes[first])
        var end = first.upperBound
        while digits.count < CardNumber.digitsMax, let next = nextGroup(after: end) {
            digits.append(contentsOf: bytes[next])
            end = next.upperBound
            if CardNumber.isCardNumber(digits) { return first.lowerBound..<end }
        }
        return nil
    }

    private func nextGroup(after end: Int) -> Range<Int>? {
        guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "-") else {
            return nil
        }
        var last = end + 1
        while last < bytes.count, WordByte.isWord(bytes[last]) { last += 1 }
        let group = end + 1..<last
        return Self.groupDigits.contains(group.count) && isAllDigits(group) ? group : nil
    }

    private func isAllDigits(_ word: Range<Int>) -> Bool {
        bytes[word].allSatisfy(Self.isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Whether the digits stand behind a decimal point.
    private func isFraction(_ word: Range<Int>) -> Bool {
        word.lowerBound >= 2 && bytes[word.lowerBound - 1] == UInt8(ascii: ".")
            && Self.isDigit(bytes[word.lowerBound - 2])
    }
}
