package import KeybrakeCassettes
package import KeybrakeEmulator
package import Logging
internal import Synchronization

/// Builds and switches modes: the one place that knows what each of them needs.
package final class ModeControl: Sendable {
    /// What an operator asks for.
    package struct Request: Sendable, Equatable {
        package var mode: Mode
        /// The cassette to record into or to replay; needed by those two modes only.
        package var cassettePath: String?
        /// What a miss gets in replay.
        package var miss: MissPolicy

        package init(mode: Mode, cassettePath: String? = nil, miss: MissPolicy = .fail) {
            self.mode = mode
            self.cassettePath = cassettePath
            self.miss = miss
        }
    }

    /// Why a mode cannot be put in force; the old one stays.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// The mode in force, for people and scripts.
    package struct Status: Sendable {
        package var request: Request
        /// What was odd about the cassette when it was opened.
        package var warnings: [String]
        /// In record mode, why the cassette lacks an exchange; `nil` while it is complete.
        package var incompleteBecause: String?
        /// How many interactions the cassette holds; `nil` without one.
        package var interactionCount: Int?
        /// In replay mode, what was used of the cassette so far.
        package var playback: PlaybackReport?
    }

    private struct State {
        var request: Request
        var dispatcher: any Dispatcher
        var warnings: [String]
    }

    package let modes: ModeSwitch
    private let live: LiveMode
    private let emulate: EmulateMode
    private let hasUpstreamKey: Bool
    private let isKeyLive: Bool
    private let version: String
    private let apiVersion: String
    private let logger: Logger
    private let state: Mutex<State>

    /// Starts in emulate mode; `change` puts another one in force.
    package init(
        upstream: any Upstream, upstreamKey: UpstreamKey?, emulator: EmulatorHost, version: String, apiVersion: String,
        logger: Logger
    ) {
        live = LiveMode(upstream: upstream, key: upstreamKey)
        emulate = EmulateMode(emulator: emulator, logger: logger)
        hasUpstreamKey = upstreamKey != nil
        isKeyLive = upstreamKey?.isLive ?? false
        self.version = version
        self.apiVersion = apiVersion
        self.logger = logger
        modes = ModeSwitch(emulate)
        state = Mutex(State(request: Request(mode: .emulate), dispatcher: emulate, warnings: []))
    }

    /// Puts a mode in force for every later request. Connections and requests under way are not touched.
    package func change(to request: Request, atMicroseconds now: Int64) throws(Failure) {
        let (dispatcher, warnings) = try build(request, atMicroseconds: now)
        modes.set(dispatcher)
        state.withLock { $0 = State(request: request, dispatcher: dispatcher, warnings: warnings) }
        logger.info("mode changed", metadata: ["mode": "\(request.mode.rawValue)"])
    }

    /// Gives one session a mode of its own; `nil` returns it to the common one.
    package func change(session: String, to request: Request?, atMicroseconds now: Int64) throws(Failure) {
        var dispatcher: (any Dispatcher)?
        if let request { dispatcher = try build(request, atMicroseconds: now).dispatcher }
        guard modes.set(dispatcher, session: session) else {
            throw Failure(description: "more than \(ModeSwitch.sessionsMax) sessions have a mode of their own")
        }
    }

    /// The common mode and how its cassette stands.
    package var status: Status {
        let current = state.withLock { $0 }
        var status = Status(request: current.request, warnings: current.warnings)
        if let record = current.dispatcher as? RecordMode {
            status.incompleteBecause = record.incompleteBecause
            status.interactionCount = record.recorder.count
        } else if let replay = current.dispatcher as? ReplayMode {
            status.interactionCount = replay.sessions.cassette.count
            status.playback = replay.sessions.report
        }
        return status
    }

    /// Forces what was recorded to the disk; for the end of the process.
    package func close() {
        for case let record as RecordMode in modes.dispatchers {
            do {
                try record.recorder.close()
            } catch {
                logger.error("cassette not closed", metadata: ["reason": "\(error)"])
            }
        }
    }

    private func build(
        _ request: Request, atMicroseconds now: Int64
    ) throws(Failure) -> (dispatcher: any Dispatcher, warnings: [String]) {
        switch request.mode {
        case .emulate: return (emulate, [])
        case .live:
            try requireKey()
            return (live, [])
        case .record:
            try requireKey()
            try refuseLiveKey()
            return try record(path: try path(request), atMicroseconds: now)
        case .replay:
            return try replay(path: try path(request), miss: request.miss)
        }
    }

    /// A cassette goes into git: real customers' data has no place in it, and real money none in a recording.
    private func refuseLiveKey() throws(Failure) {
        guard !isKeyLive else {
            throw Failure(description: "record mode takes test keys only; STRIPE_SECRET_KEY holds a live one")
        }
    }

    private func requireKey() throws(Failure) {
        guard hasUpstreamKey else {
            throw Failure(description: "this mode needs Stripe's key: set STRIPE_SECRET_KEY and start again")
        }
    }

    private func path(_ request: Request) throws(Failure) -> String {
        guard let path = request.cassettePath else {
            throw Failure(description: "\(request.mode.rawValue) mode needs a cassette")
        }
        return path
    }

    private func record(
        path: String, atMicroseconds now: Int64
    ) throws(Failure) -> (dispatcher: any Dispatcher, warnings: [String]) {
        if let current = recording(into: path) { return (current, []) }
        let header = CassetteHeader(
            apiVersion: apiVersion, source: .stripe, recorder: "keybrake \(version)", createdAtMicroseconds: now)
        do {
            let (recorder, warnings) = try CassetteRecorder.open(path: path, header: header)
            return (RecordMode(live: live, recorder: recorder, logger: logger), warnings.map(\.description))
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    private func replay(
        path: String, miss: MissPolicy
    ) throws(Failure) -> (dispatcher: any Dispatcher, warnings: [String]) {
        syncRecording(to: path)
        do {
            let (cassette, warnings) = try Cassette.load(path: path)
            let mode = ReplayMode(sessions: CassetteSessions(cassette), miss: miss, emulate: emulate)
            return (mode, warnings.map(\.description))
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// What is being recorded into the very file must be in it before it is read.
    private func syncRecording(to path: String) {
        try? recording(into: path)?.recorder.sync()
    }

    private func recording(into path: String) -> RecordMode? {
        modes.dispatchers.lazy.compactMap { $0 as? RecordMode }.first { $0.recorder.path == path }
    }
}
