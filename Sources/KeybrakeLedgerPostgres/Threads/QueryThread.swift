internal import Dispatch
internal import KeybrakeLedger
internal import Synchronization

/// Reads for people, one question after the other, on a thread and a connection of its own.
final class QueryThread: Sendable {
    private typealias Query = @Sendable (PostgresJournal) -> Void

    private struct State {
        var waiting: [Query] = []
        var isClosed = false
    }

    /// How many questions may wait.
    private static let queriesMax = 1_024

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)

    /// Starts the thread. It connects when it is first asked.
    func start(_ settings: PostgresLedgerSettings, directories: LedgerDirectories) throws(LedgerFailure) {
        try WriterThread.start { [self] in
            let journal = PostgresJournal(settings: settings, directories: directories, purpose: "reader")
            while let query = next() { query(journal) }
            journal.disconnect()
        }
    }

    /// Asks, and waits for the answer. A question that finds the connection broken is asked once more.
    func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (PostgresConnection) throws(PostgresError) -> Answer,
        at address: PostgresAddress
    ) async throws(LedgerFailure) -> Answer {
        let answer: Result<Answer, LedgerFailure> = await withCheckedContinuation { continuation in
            let isTaken = push { journal in
                continuation.resume(returning: Self.answer(question, journal).mapError { $0.failure(at: address) })
            }
            if !isTaken { continuation.resume(returning: .failure(.closed)) }
        }
        return try answer.get()
    }

    private static func answer<Answer>(
        _ question: (PostgresConnection) throws(PostgresError) -> Answer, _ journal: PostgresJournal
    ) -> Result<Answer, PostgresError> {
        var isSecondTime = false
        while true {
            do throws(PostgresError) {
                return .success(try question(journal.connected()))
            } catch {
                journal.recover(from: error)
                guard error.kind == .connectionLost, !isSecondTime else { return .failure(error) }
                isSecondTime = true
            }
        }
    }

    /// Lets nothing more in. What waits is still answered.
    func close() {
        state.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    private func push(_ query: @escaping Query) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.waiting.count < Self.queriesMax else { return false }
            state.waiting.append(query)
            return true
        }
        if isTaken { arrivals.signal() }
        return isTaken
    }

    private func next() -> Query? {
        arrivals.wait()
        return state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }
}
