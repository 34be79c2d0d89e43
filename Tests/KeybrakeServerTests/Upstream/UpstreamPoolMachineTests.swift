import NIOCore
import Testing

@testable import KeybrakeServer

/// The world that a pool machine believes in: connections that only do what is legal, requests that are counted.
/// An illegal action is recorded as an issue.
struct MirrorPool {
    enum Connection: Equatable {
        case opening, unused, busy(UInt64), closing
    }

    var machine: UpstreamPoolMachine
    let limits: UpstreamLimits
    var now = NIODeadline.uptimeNanoseconds(0)
    var connections: [Int: Connection] = [:]
    var waiting: [UInt64] = []
    var sent: [UInt64] = []
    var failed: [UInt64] = []
    var lastRequest: UInt64 = 0

    init(_ limits: UpstreamLimits) {
        self.limits = limits
        machine = UpstreamPoolMachine(limits: limits)
    }

    mutating func request() {
        lastRequest += 1
        switch machine.requested(lastRequest, at: now) {
        case .send(let connection): send(lastRequest, on: connection)
        case .wait(let opening):
            waiting.append(lastRequest)
            open(opening)
        case .fail: failed.append(lastRequest)
        }
        #expect(waiting.count <= limits.waitingPerLoopMax)
    }

    mutating func opened(_ connection: Int) {
        connections[connection] = .unused
        perform(machine.opened(connection, at: now), on: connection)
    }

    mutating func openingFailed(_ connection: Int) {
        connections[connection] = nil
        perform(machine.openingFailed(connection))
    }

    mutating func answered(_ connection: Int, isReusable: Bool) {
        connections[connection] = .unused
        perform(machine.answered(connection, isReusable: isReusable, at: now), on: connection)
    }

    mutating func closed(_ connection: Int) {
        connections[connection] = nil
        perform(machine.closed(connection))
    }

    mutating func expire(after milliseconds: Int64) {
        now = now + .milliseconds(milliseconds)
        perform(machine.expire(at: now))
    }

    mutating func shutDown() {
        perform(machine.shutDown())
    }

    private mutating func perform(_ action: UpstreamPoolMachine.ConnectionAction, on connection: Int) {
        switch action {
        case .keep: break
        case .close: close(connection)
        case .send(let request):
            #expect(waiting.first == request, "requests are sent in the order in which they came")
            waiting.removeAll { $0 == request }
            send(request, on: connection)
        }
    }

    private mutating func perform(_ action: UpstreamPoolMachine.LossAction) {
        if let request = action.fail { fail(request) }
        open(action.open)
    }

    private mutating func perform(_ expired: UpstreamPoolMachine.Expired) {
        for connection in expired.close { close(connection) }
        for request in expired.fail { fail(request) }
    }

    private mutating func open(_ connection: Int?) {
        guard let connection else { return }
        #expect(connections[connection] == nil, "a slot is opened while it is in use")
        connections[connection] = .opening
        #expect(connections.count <= limits.connectionsPerLoopMax)
    }

    private mutating func close(_ connection: Int) {
        #expect(connections[connection] == .unused, "a connection is closed that is not unused")
        connections[connection] = .closing
    }

    private mutating func send(_ request: UInt64, on connection: Int) {
        #expect(connections[connection] == .unused, "a request is sent on a connection that is not unused")
        connections[connection] = .busy(request)
        sent.append(request)
    }

    private mutating func fail(_ request: UInt64) {
        #expect(waiting.contains(request), "a request fails that does not wait")
        waiting.removeAll { $0 == request }
        failed.append(request)
    }
}

@Suite("Upstream pool machine")
struct UpstreamPoolMachineTests {
    private let limits = UpstreamLimits.changed {
        $0.connectionsPerLoopMax = 2
        $0.waitingPerLoopMax = 3
        $0.waitMilliseconds = 100
        $0.idleMilliseconds = 1_000
    }

    @Test func opensWhatIsNeededAndUsesItAgain() {
        var pool = MirrorPool(limits)
        pool.request()
        #expect(pool.connections == [0: .opening])
        pool.opened(0)
        #expect(pool.connections == [0: .busy(1)])
        pool.answered(0, isReusable: true)
        pool.request()
        #expect(pool.connections == [0: .busy(2)])
    }

    @Test func queuesWhenAllConnectionsAreBusyAndRefusesWhenTheQueueIsFull() {
        var pool = MirrorPool(limits)
        for _ in 0..<5 { pool.request() }
        #expect(pool.connections == [0: .opening, 1: .opening])
        #expect(pool.waiting == [1, 2, 3])
        #expect(pool.failed == [4, 5])
        pool.opened(1)
        pool.opened(0)
        #expect(pool.connections == [0: .busy(2), 1: .busy(1)])
        pool.answered(0, isReusable: true)
        #expect(pool.connections[0] == .busy(3))
    }

    @Test func takesTheLastUsedConnectionAndLetsTheOthersGrowOld() {
        var pool = MirrorPool(limits)
        pool.request()
        pool.request()
        pool.opened(0)
        pool.opened(1)
        pool.answered(0, isReusable: true)
        pool.answered(1, isReusable: true)
        pool.expire(after: 600)
        pool.request()
        #expect(pool.connections == [0: .unused, 1: .busy(3)])
        pool.answered(1, isReusable: true)
        pool.expire(after: 600)
        #expect(pool.connections == [0: .closing, 1: .unused])
        pool.closed(0)
        #expect(pool.connections == [1: .unused])
    }

    @Test func doesNotUseAConnectionAgainThatIsNotReusable() {
        var pool = MirrorPool(limits)
        pool.request()
        pool.opened(0)
        pool.request()
        pool.answered(0, isReusable: false)
        #expect(pool.connections == [0: .closing, 1: .opening])
        pool.closed(0)
        pool.opened(1)
        #expect(pool.connections == [1: .busy(2)])
    }

    @Test func failsTheOldestRequestWithEachConnectionThatCannotBeOpened() {
        var pool = MirrorPool(limits)
        for _ in 0..<3 { pool.request() }
        pool.openingFailed(0)
        #expect(pool.failed == [1])
        #expect(pool.connections == [0: .opening, 1: .opening])
        pool.openingFailed(0)
        pool.openingFailed(1)
        #expect(pool.failed == [1, 2, 3])
        #expect(pool.connections.isEmpty)
    }

    @Test func failsWhatHasWaitedTooLong() {
        var pool = MirrorPool(limits)
        pool.request()
        pool.expire(after: 60)
        pool.request()
        pool.expire(after: 60)
        #expect(pool.failed == [1])
        #expect(pool.waiting == [2])
        pool.opened(0)
        #expect(pool.connections[0] == .busy(2))
    }

    @Test func opensAnotherConnectionForWaitingRequestsWhenOneIsLost() {
        var pool = MirrorPool(.changed { $0.connectionsPerLoopMax = 1 })
        pool.request()
        pool.opened(0)
        pool.request()
        #expect(pool.connections == [0: .busy(1)])
        pool.closed(0)
        #expect(pool.connections == [0: .opening])
    }

    @Test func shutsDownWithoutLosingWhatIsInFlight() {
        var pool = MirrorPool(limits)
        pool.request()
        pool.request()
        pool.opened(0)
        pool.opened(1)
        pool.answered(0, isReusable: true)
        pool.shutDown()
        #expect(pool.connections == [0: .closing, 1: .busy(2)])
        pool.request()
        #expect(pool.failed == [3])
        pool.answered(1, isReusable: true)
        #expect(pool.connections == [0: .closing, 1: .closing])
        pool.closed(0)
        pool.closed(1)
        #expect(pool.machine.isEmpty)
    }

    /// Any legal order of events leaves every request sent once, failed once, or waiting.
    @Test func losesNoRequest() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var pool = MirrorPool(limits)
            for _ in 0..<200 { step(&pool, &random) }
            #expect(Set(pool.sent).count == pool.sent.count)
            #expect(Set(pool.failed).count == pool.failed.count)
            #expect((pool.sent + pool.failed + pool.waiting).sorted() == Array(1..<(pool.lastRequest + 1)))
        }
    }

    private func step(_ pool: inout MirrorPool, _ random: inout SeededGenerator) {
        guard Int.random(in: 0..<3, using: &random) > 0,
            let (id, state) = pool.connections.sorted(by: { $0.key < $1.key }).randomElement(using: &random)
        else {
            if Int.random(in: 0..<10, using: &random) == 0 { pool.expire(after: 40) } else { pool.request() }
            return
        }
        let isGood = Int.random(in: 0..<4, using: &random) > 0
        switch state {
        case .opening: if isGood { pool.opened(id) } else { pool.openingFailed(id) }
        case .busy:
            if Int.random(in: 0..<5, using: &random) == 0 {
                pool.closed(id)
            } else {
                pool.answered(id, isReusable: isGood)
            }
        case .unused: if !isGood { pool.closed(id) }
        case .closing: pool.closed(id)
        }
    }
}
