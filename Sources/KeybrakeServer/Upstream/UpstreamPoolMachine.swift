internal import NIOCore

/// Decides which connection carries which request, when a connection is opened and when one is closed, for one event
/// loop and one origin. A value: events go in, actions come out; sockets, timers and the requests themselves are the
/// owner's.
///
/// Connections are numbered by slot; a slot is used again after its connection has closed. Requests are numbered by the
/// owner. Unused connections are taken from the end where they were put, so that those not needed grow old and close.
struct UpstreamPoolMachine {
    typealias ConnectionID = Int
    typealias RequestID = UInt64

    /// What to do with a new request.
    enum RequestAction: Equatable {
        case send(on: ConnectionID)
        /// Keep it until it is sent or fails; open that connection if there is one.
        case wait(open: ConnectionID?)
        case fail(WaitFailure)
    }

    /// Why a request never got a connection.
    enum WaitFailure: Equatable {
        case queueFull, waitedTooLong, shutDown
    }

    /// What to do with a connection that has nothing to carry.
    enum ConnectionAction: Equatable {
        case send(RequestID)
        case keep
        case close
    }

    /// What to do after a connection could not be opened, or has closed.
    struct LossAction: Equatable {
        var fail: RequestID?
        var open: ConnectionID?
    }

    /// What has become too old.
    struct Expired: Equatable {
        var close: [ConnectionID] = []
        var fail: [RequestID] = []
    }

    private enum Slot: Equatable {
        case free
        case opening
        case unused(since: NIODeadline)
        case busy
        /// Told to close, and not closed yet.
        case closing
    }

    private struct Waiting: Equatable {
        var request: RequestID
        var since: NIODeadline
    }

    private let limits: UpstreamLimits
    private var slots: [Slot] = []
    private var unused: [ConnectionID] = []
    private var waiting: [Waiting] = []
    private var openingCount = 0
    private var isShutDown = false

    init(limits: UpstreamLimits) {
        self.limits = limits
    }

    /// Whether there is neither a connection nor a waiting request.
    var isEmpty: Bool { waiting.isEmpty && slots.allSatisfy { $0 == .free } }

    // MARK: Events

    /// A request wants to be sent.
    mutating func requested(_ request: RequestID, at now: NIODeadline) -> RequestAction {
        if isShutDown { return .fail(.shutDown) }
        if let connection = unused.popLast() {
            slots[connection] = .busy
            return .send(on: connection)
        }
        guard waiting.count < limits.waitingPerLoopMax else { return .fail(.queueFull) }
        waiting.append(Waiting(request: request, since: now))
        return .wait(open: openIfNeeded())
    }

    /// A connection is open and its peer verified.
    mutating func opened(_ connection: ConnectionID, at now: NIODeadline) -> ConnectionAction {
        precondition(slots[connection] == .opening, "a connection opened that was not being opened")
        openingCount -= 1
        return carryOn(connection, at: now)
    }

    /// A connection could not be opened. The request that has waited longest fails with it.
    mutating func openingFailed(_ connection: ConnectionID) -> LossAction {
        precondition(slots[connection] == .opening, "a connection failed to open that was not being opened")
        openingCount -= 1
        slots[connection] = .free
        let failed = waiting.isEmpty ? nil : waiting.removeFirst().request
        return LossAction(fail: failed, open: openIfNeeded())
    }

    /// The answer is there, and the connection can carry another request or not.
    mutating func answered(_ connection: ConnectionID, isReusable: Bool, at now: NIODeadline) -> ConnectionAction {
        precondition(slots[connection] == .busy, "an answer came on a connection that was not busy")
        guard isReusable else {
            slots[connection] = .closing
            return .close
        }
        return carryOn(connection, at: now)
    }

    /// A connection has closed, whoever closed it. Requests on it are the owner's to fail or to try again.
    mutating func closed(_ connection: ConnectionID) -> LossAction {
        precondition(slots[connection] != .free && slots[connection] != .opening, "an unknown connection closed")
        if case .unused = slots[connection] { unused.removeAll { $0 == connection } }
        slots[connection] = .free
        return LossAction(fail: nil, open: openIfNeeded())
    }

    /// Time has passed.
    mutating func expire(at now: NIODeadline) -> Expired {
        var expired = Expired()
        let idle = TimeAmount.milliseconds(limits.idleMilliseconds)
        for connection in unused {
            if case .unused(let since) = slots[connection], since + idle <= now { expired.close.append(connection) }
        }
        close(expired.close)
        let wait = TimeAmount.milliseconds(limits.waitMilliseconds)
        let late = waiting.prefix { $0.since + wait <= now }.count
        expired.fail = waiting[..<late].map(\.request)
        waiting.removeFirst(late)
        return expired
    }

    /// No request comes any more: unused connections close now, the others once they are done.
    mutating func shutDown() -> Expired {
        isShutDown = true
        let expired = Expired(close: unused, fail: waiting.map(\.request))
        close(unused)
        waiting = []
        return expired
    }

    // MARK: Decisions

    private mutating func carryOn(_ connection: ConnectionID, at now: NIODeadline) -> ConnectionAction {
        if !waiting.isEmpty {
            slots[connection] = .busy
            return .send(waiting.removeFirst().request)
        }
        if isShutDown {
            slots[connection] = .closing
            return .close
        }
        slots[connection] = .unused(since: now)
        unused.append(connection)
        return .keep
    }

    private mutating func close(_ connections: [ConnectionID]) {
        for connection in connections { slots[connection] = .closing }
        unused.removeAll { slots[$0] == .closing }
    }

    /// Opens one connection when more requests wait than connections are being opened, and there may be one more.
    private mutating func openIfNeeded() -> ConnectionID? {
        guard waiting.count > openingCount else { return nil }
        if let free = slots.firstIndex(of: .free) {
            slots[free] = .opening
            openingCount += 1
            return free
        }
        guard slots.count < limits.connectionsPerLoopMax else { return nil }
        slots.append(.opening)
        openingCount += 1
        return slots.count - 1
    }
}
