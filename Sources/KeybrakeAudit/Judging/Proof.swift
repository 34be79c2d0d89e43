/// The proof line: totals that were counted independently and must be the same.
struct Proof: Equatable {
    /// One equation between two ways of counting.
    struct Line: Equatable {
        var name: String
        var left: SideTotals
        var right: SideTotals

        var ties: Bool { left == right }
    }

    var lines: [Line] = []

    var ties: Bool { lines.allSatisfy(\.ties) }
}
