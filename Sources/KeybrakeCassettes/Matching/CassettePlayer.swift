/// Answers one session's requests from a cassette: a value that decides and does no I/O.
package struct CassettePlayer: Sendable {
    package let cassette: Cassette

    package init(_ cassette: Cassette) {
        self.cassette = cassette
    }

    /// The recorded answer to a request, or why there is none.
    package mutating func answer(_ request: RecordedRequest) -> Playback {
        .miss(
            Miss(
                cassette: cassette.name, operation: request.operation, reason: .parametersDiffer, nearest: nil,
                differences: []))
    }

    /// What was used and what was not.
    package var report: PlaybackReport { PlaybackReport(cassette: cassette.name, playCounts: [], misses: 0) }
}
