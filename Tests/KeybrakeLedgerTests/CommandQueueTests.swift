import LedgerConformance
import Testing

@testable import KeybrakeLedger

@Suite struct CommandQueueTests {
    private func queue(batch: Int = 10, linger: Int = 0, max: Int = 100) -> CommandQueue {
        CommandQueue(batchCommandsMax: batch, lingerMicroseconds: linger, commandsMax: max)
    }

    private func record(_ id: String) -> LedgerCommand {
        .record(RecordedCall(requestID: id, atMicroseconds: 0, endedAtMicroseconds: 0, clientStatus: 200))
    }

    private func ids(_ commands: [LedgerCommand]?) -> [String]? {
        commands?.map { command in
            switch command {
            case .record(let call): call.requestID
            case .begin(let intent, _): intent.requestID
            case .end(let outcome, _): outcome.requestID
            default: "?"
            }
        }
    }

    @Test func commandsComeOutInOrderAndInBatches() {
        let queue = queue(batch: 3)
        for index in 0..<7 { #expect(queue.push(record("\(index)"))) }
        #expect(ids(queue.take(timeoutMicroseconds: nil)) == ["0", "1", "2"])
        #expect(ids(queue.take(timeoutMicroseconds: nil)) == ["3", "4", "5"])
        #expect(ids(queue.take(timeoutMicroseconds: nil)) == ["6"])
        #expect(ids(queue.take(timeoutMicroseconds: 0)) == [])
    }

    @Test func somebodyWhoWaitsEndsTheLinger() {
        // Would linger for an hour.
        let queue = queue(linger: 3_600_000_000)
        #expect(queue.push(record("read")))
        #expect(queue.push(.begin(.charge("money", 1)) { _ in }))
        #expect(ids(queue.take(timeoutMicroseconds: nil)) == ["read", "money"])
    }

    @Test func aFullBatchEndsTheLinger() {
        let queue = queue(batch: 2, linger: 3_600_000_000)
        #expect(queue.push(record("1")))
        #expect(queue.push(record("2")))
        #expect(ids(queue.take(timeoutMicroseconds: nil)) == ["1", "2"])
    }

    @Test func closingEndsTheLingerAndLeavesNothingBehind() {
        let queue = queue(linger: 3_600_000_000)
        #expect(queue.push(record("1")))
        queue.close()
        #expect(!queue.push(record("2")))
        #expect(ids(queue.take(timeoutMicroseconds: nil)) == ["1"])
        #expect(queue.take(timeoutMicroseconds: nil) == nil)
    }

    @Test func aCommandFromAnotherThreadWakesTheWriter() async throws {
        let queue = queue()
        try WriterThread.start { [self] in _ = queue.push(record("1")) }
        #expect(ids(queue.take(timeoutMicroseconds: nil)) == ["1"])
    }
}
