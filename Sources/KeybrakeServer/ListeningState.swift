internal import NIOCore
internal import Synchronization

/// Whether a server listens, and how many connections it has. The only state that its threads share; touched once per
/// connection, never per request.
final class ListeningState: Sendable {
    private struct State {
        var channel: (any Channel)?
        var port: Int?
        var isStopped = false
        var connections = 0
    }

    private let state = Mutex(State())

    var port: Int? { state.withLock { $0.port } }

    /// The listener is open; `false` when the server was stopped meanwhile or listens already.
    func opened(_ channel: any Channel, port: Int) -> Bool {
        state.withLock { state in
            guard !state.isStopped, state.channel == nil else { return false }
            state.channel = channel
            state.port = port
            return true
        }
    }

    /// The server stops; the listener to close, once.
    func stopped() -> (any Channel)? {
        state.withLock { state in
            state.isStopped = true
            defer { state.channel = nil }
            return state.channel
        }
    }

    /// Counts a new connection; `false` when there are as many as there may be.
    func admit(connectionsMax: Int) -> Bool {
        state.withLock { state in
            guard state.connections < connectionsMax else { return false }
            state.connections += 1
            return true
        }
    }

    /// A connection that was admitted is gone.
    func release() {
        state.withLock { $0.connections -= 1 }
    }
}
