internal import Synchronization

/// The mode in force, for everybody and for single sessions; switched at run time without touching connections.
package final class ModeSwitch: Sendable {
    private struct State {
        var common: any Dispatcher
        var sessions: [String: any Dispatcher] = [:]
    }

    /// How many sessions may have a mode of their own.
    package static let sessionsMax = 10_000

    private let state: Mutex<State>

    package init(_ dispatcher: any Dispatcher) {
        state = Mutex(State(common: dispatcher))
    }

    /// The dispatcher for a session, or the common one.
    package func dispatcher(session: String?) -> any Dispatcher {
        state.withLock { state in
            guard let session, let own = state.sessions[session] else { return state.common }
            return own
        }
    }

    /// Puts another common mode in force; requests already dispatched finish in the old one.
    package func set(_ dispatcher: any Dispatcher) {
        state.withLock { $0.common = dispatcher }
    }

    /// Gives one session a mode of its own, or with `nil` takes it away.
    ///
    /// - Returns: false when there are too many sessions already.
    package func set(_ dispatcher: (any Dispatcher)?, session: String) -> Bool {
        state.withLock { state in
            guard dispatcher == nil || state.sessions[session] != nil || state.sessions.count < Self.sessionsMax else {
                return false
            }
            state.sessions[session] = dispatcher
            return true
        }
    }

    /// Everything in force: the common dispatcher and those of single sessions.
    package var dispatchers: [any Dispatcher] {
        state.withLock { [$0.common] + $0.sessions.values }
    }

    /// The sessions that have a mode of their own, sorted by name.
    package var sessionModes: [(session: String, mode: Mode)] {
        state.withLock { state in
            state.sessions.map { ($0.key, $0.value.mode) }.sorted { $0.0 < $1.0 }
        }
    }
}
