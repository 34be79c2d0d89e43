/// Guesses what a misspelt name was meant to be.
enum NearestName {
    /// The name that takes the fewest edits, when it takes few enough to be a slip.
    static func of(_ name: String, among names: [String]) -> String? {
        let word = Array(name.utf8.prefix(60))
        let allowed = max(1, min(3, (word.count + 1) / 3))
        var best: (name: String, distance: Int)?
        for candidate in names where abs(candidate.utf8.count - word.count) <= allowed {
            let distance = distance(word, Array(candidate.utf8))
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Insertions, deletions, replacements and exchanges of neighbours between two words.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var next = [i + 1]
            for (j, other) in right.enumerated() {
                var edits = min(row[j] + (byte == other ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, byte == right[j - 1], left[i - 1] == other { edits = min(edits, before[j - 1] + 1) }
                next.append(edits)
            }
            before = row
            row = next
        }
        return row[right.count]
    }
}
