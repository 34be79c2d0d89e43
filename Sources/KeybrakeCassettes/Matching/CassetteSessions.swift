internal import Synchronization

/// The players of one cassette, one for each session name, for use from any thread.
///
/// Sessions do not see each other: each starts at the beginning of the recording.
package final class CassetteSessions: Sendable {
    /// How many sessions may be open at once; the one that was asked for longest ago ends to make room.
    package static let sessionsMax = 10_000

    package let cassette: Cassette
    private let rules: MatchRules
    private let state: Mutex<State>

    private struct State {
        var sessions: [String: Session] = [:]
        var requests: UInt64 = 0
        /// What ended sessions used.
        var ended: PlaybackReport
    }

    private struct Session {
        var player: CassettePlayer
        /// The number of its last request among those of all sessions.
        var lastRequest: UInt64
    }

    package init(_ cassette: Cassette, rules: MatchRules = .standard) {
        self.cassette = cassette
        self.rules = rules
        let nothing = PlaybackReport(
            cassette: cassette.name, playCounts: Array(repeating: 0, count: cassette.count), misses: 0)
        state = Mutex(State(ended: nothing))
    }

    /// The recorded answer for a session's request, or why there is none. The first request opens the session.
    package func answer(_ request: RecordedRequest, session: String) -> Playback {
        state.withLock { state in
            state.requests += 1
            if state.sessions[session] == nil { makeRoom(in: &state) }
            state.sessions[session, default: fresh()].lastRequest = state.requests
            return state.sessions[session, default: fresh()].player.answer(request)
        }
    }

    /// The names of the open sessions, sorted.
    package var names: [String] { state.withLock { $0.sessions.keys.sorted() } }

    /// What a session used; `nil` when there is no such session.
    package func report(session: String) -> PlaybackReport? {
        state.withLock { $0.sessions[session]?.player.report }
    }

    /// Ends a session and tells what it used; the next request under the name begins anew.
    package func end(session: String) -> PlaybackReport? {
        state.withLock { Self.end(session, in: &$0) }
    }

    /// What all sessions so far used together, ended ones included.
    package var report: PlaybackReport {
        state.withLock { state in
            var sum = state.ended
            for session in state.sessions.values { sum.add(session.player.report) }
            return sum
        }
    }

    private func fresh() -> Session {
        Session(player: CassettePlayer(cassette, rules: rules), lastRequest: 0)
    }

    private func makeRoom(in state: inout State) {
        guard state.sessions.count >= Self.sessionsMax else { return }
        let oldest = state.sessions.min { $0.value.lastRequest < $1.value.lastRequest }
        if let oldest { _ = Self.end(oldest.key, in: &state) }
    }

    private static func end(_ session: String, in state: inout State) -> PlaybackReport? {
        let report = state.sessions.removeValue(forKey: session)?.player.report
        if let report { state.ended.add(report) }
        return report
    }
}
