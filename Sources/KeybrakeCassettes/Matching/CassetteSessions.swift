internal import Synchronization

/// The players of one cassette, one for each session name, for use from any thread.
///
/// Sessions do not see each other: each starts at the beginning of the recording.
package final class CassetteSessions: Sendable {
    /// How many sessions may be open at once; the one that was asked for longest ago makes room.
    package static let sessionsMax = 10_000

    package let cassette: Cassette
    private let players: Mutex<[String: CassettePlayer]>

    package init(_ cassette: Cassette) {
        self.cassette = cassette
        players = Mutex([:])
    }

    /// The recorded answer for a session's request, or why there is none. The first request opens the session.
    package func answer(_ request: RecordedRequest, session: String) -> Playback {
        players.withLock { $0[session, default: CassettePlayer(cassette)].answer(request) }
    }

    /// What a session used; `nil` when there is no such session.
    package func report(session: String) -> PlaybackReport? {
        players.withLock { $0[session]?.report }
    }

    /// Ends a session and tells what it used; the next request under the name begins anew.
    package func end(session: String) -> PlaybackReport? {
        players.withLock { $0.removeValue(forKey: session)?.report }
    }

    /// What all sessions so far used together.
    package var report: PlaybackReport {
        players.withLock { players in
            var sum = PlaybackReport(cassette: cassette.name, playCounts: [], misses: 0)
            for player in players.values { sum.add(player.report) }
            return sum
        }
    }
}
