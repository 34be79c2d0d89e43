import LedgerConformance
import Testing

@testable import KeybrakeLedger

@Suite struct RetainedCommandsTests {
    private let record = LedgerCommand.record(
        RecordedCall(requestID: "r", atMicroseconds: 0, endedAtMicroseconds: 0, clientStatus: 200))

    @Test func callsAreLimitedAndEndingsAreNot() {
        var retained = RetainedCommands(callsMax: 2)
        let kept = (0..<3).map { _ in retained.append(record) }
        #expect(kept == [true, true, false])
        let isKept = retained.append(.end(.settled("req_1", 1), nil))
        #expect(isKept)
        #expect(retained.count == 3)
    }

    @Test func theOldestComeFirst() {
        var retained = RetainedCommands(callsMax: 10)
        for index in 0..<5 { _ = retained.append(.end(.settled("req_\(index)", 1), nil)) }
        retained.removeFirst(2)
        let ids = retained.prefix(2).map { command in
            if case .end(let outcome, _) = command { outcome.requestID } else { "" }
        }
        #expect(ids == ["req_2", "req_3"])
        #expect(retained.prefix(100).count == 3)
        retained.removeFirst(3)
        #expect(retained.isEmpty)
    }
}
