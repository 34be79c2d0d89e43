internal import KeybrakeStripe

/// The interaction of the same operation that differs least from a request that nothing answers.
struct NearestInteraction {
    let position: Int
    let differences: [Miss.Difference]

    /// How many interactions are compared. A miss may take a moment, but not seconds.
    private static let comparedMax = 5_000

    static func find(
        _ request: RecordedRequest, in index: CassetteIndex, _ bindings: SessionBindings, _ rules: MatchRules,
        isPlayed: (Int) -> Bool
    ) -> NearestInteraction? {
        var best: NearestInteraction?
        var bestScore = Int.max
        var compared = 0
        for (position, entry) in index.entries.enumerated() where entry.operation == request.operation {
            compared += 1
            guard compared <= comparedMax else { break }
            guard let recorded = try? index.request(position) else { continue }
            let comparison = RequestComparison(bindings: bindings, values: index.values, rules: rules)
            let differences = comparison.differences(recorded: recorded, sent: request)
            // Of two equally near ones, the one that is still to be played is meant.
            let score = differences.count * 2 + (isPlayed(position) ? 1 : 0)
            guard score < bestScore else { continue }
            bestScore = score
            best = NearestInteraction(position: position, differences: differences)
        }
        return best
    }
}
