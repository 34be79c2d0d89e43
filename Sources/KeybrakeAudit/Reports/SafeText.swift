/// Text from outside, made fit to be shown: nothing in it can end a document, hide or turn around what follows.
enum SafeText {
    /// The text with characters that XML forbids or that steer terminals and writing direction spelt as `\u{…}`.
    static func clean(_ text: String) -> String {
        // Nearly all text is plain ASCII, and looking at bytes is all that it needs.
        if text.utf8.allSatisfy({ $0 &- 0x20 < 0x5F || $0 == 0x0A }) { return text }
        guard text.unicodeScalars.contains(where: isForbidden) else { return text }
        var clean = ""
        for scalar in text.unicodeScalars {
            if isForbidden(scalar) {
                clean += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                clean.unicodeScalars.append(scalar)
            }
        }
        return clean
    }

    /// The cleaned text on one line, cut to that many characters.
    static func line(_ text: String, max: Int) -> String {
        let clean = clean(text)
        if clean.utf8.count <= max, clean.utf8.allSatisfy({ $0 &- 0x20 < 0x5F }) { return clean }
        var line = ""
        for character in clean.prefix(max) { line.append(character.isNewline || character == "\t" ? " " : character) }
        return clean.count > max ? String(line.dropLast()) + "\u{2026}" : line
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F...0x9F, 0xFFFE...0xFFFF, 0xFEFF: true
        case 0x061C, 0x200E...0x200F, 0x2028...0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
