/// What a session, or several of them together, used of a cassette.
package struct PlaybackReport: Sendable, Equatable {
    package let cassette: String
    /// How often each interaction answered, in the order of the cassette.
    package private(set) var playCounts: [Int]
    /// How many requests found no answer.
    package private(set) var misses: Int

    package init(cassette: String, playCounts: [Int], misses: Int) {
        self.cassette = cassette
        self.playCounts = playCounts
        self.misses = misses
    }

    /// The numbers, counted from 1, of the interactions that never answered.
    package var unused: [Int] { playCounts.indices.filter { playCounts[$0] == 0 }.map { $0 + 1 } }

    /// How many interactions answered at least once.
    package var usedCount: Int { playCounts.count - unused.count }

    /// Adds what another session used of the same cassette.
    package mutating func add(_ other: PlaybackReport) {
        misses += other.misses
        for (index, count) in other.playCounts.enumerated() {
            if index < playCounts.count { playCounts[index] += count } else { playCounts.append(count) }
        }
    }
}
