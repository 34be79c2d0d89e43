/// Oddities of a file that do not make it wrong, told once each.
struct PaymentsNotes {
    private(set) var texts: [String] = []
    private var badUTF8Count = 0
    private var firstBadUTF8Line: UInt32 = 0
    private var blankLineCount = 0

    mutating func add(_ text: String) {
        texts.append(text)
    }

    mutating func notUTF8(line: UInt32) {
        if badUTF8Count == 0 { firstBadUTF8Line = line }
        badUTF8Count += 1
    }

    mutating func blankLine() {
        blankLineCount += 1
    }

    /// Puts what was counted into words.
    mutating func finish(unusualAmounts: Int, recordCount: Int) {
        if recordCount == 0 { add("the file has a header and no records") }
        if badUTF8Count > 0 {
            add(
                "\(badUTF8Count) records hold bytes that are not UTF-8, first on line \(firstBadUTF8Line); "
                    + "they are kept and shown as \u{FFFD}")
        }
        if blankLineCount > 0 { add("\(blankLineCount) blank lines were passed over") }
        if unusualAmounts > 0 { add("\(unusualAmounts) amounts have a decimal comma or thousands separators") }
    }
}
