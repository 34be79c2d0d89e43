internal import KeybrakeLedger
internal import KeybrakeStripe

/// A batch whose commit was interrupted, so that nobody knows yet whether it is in the database. Whoever waited for a
/// verdict of it has been sent away.
struct Doubt {
    let commands: [LedgerCommand]
    let batch: JudgedBatch

    /// Whom to tell that an ending is durable, once it is known that it is.
    var endings: [LedgerReply] {
        zip(commands, batch.replies).compactMap { command, reply in
            if case .end = command { reply } else { nil }
        }
    }

    /// What is still to be written once the answer is known.
    func commands(isCommitted: Bool, unavailableStatus: Int, atMicroseconds: Int64) -> [LedgerCommand] {
        var left: [LedgerCommand] = []
        for (command, reply) in zip(commands, batch.replies) {
            switch command {
            case .begin(let intent, _):
                if !isCommitted {
                    left.append(.record(RecordedCall(unavailable: intent, status: unavailableStatus)))
                } else if case .verdict(let verdict, _) = reply, let ending = Self.ending(afterUnsent: verdict) {
                    left.append(
                        .end(
                            CallOutcome(
                                requestID: intent.requestID, atMicroseconds: atMicroseconds,
                                clientStatus: unavailableStatus, ending: ending,
                                detail: ["unsent": "the verdict came too late"]), nil))
                }
            case .end, .record, .recordAdmin:
                if !isCommitted { left.append(command) }
            case .operate: break
            }
        }
        return left
    }

    /// How a call ends that was let out and never sent: it did nothing. A retry of a lost call leaves that one lost.
    private static func ending(afterUnsent verdict: Verdict) -> HoldEnding? {
        switch verdict {
        case .proceed: HoldEnding.none
        case .retryUnknown: .unknown
        case .denied, .replay, .inFlight, .unavailable: nil
        }
    }
}
