internal import KeybrakeLedger
internal import KeybrakeStripe

/// A batch of commands that has been judged, with everything that is to become durable and to be told then.
struct JudgedBatch {
    private(set) var replies: [LedgerReply] = []
    let rows: BatchRows
    let lastSequence: Int64

    /// Runs the commands, in order, on a machine that starts from the slice.
    init(_ commands: [LedgerCommand], on slice: LedgerSlice, statuses: RefusalStatuses) {
        var machine = LedgerMachine(statuses: statuses, contents: slice.contents)
        var rows = BatchRows(claims: ClaimChanges(stored: slice.claims))
        replies.reserveCapacity(commands.count)
        for command in commands {
            let claim = command.claimID.flatMap { rows.claims.claim($0) }
            let (written, reply) = command.run(on: &machine, claim: claim)
            rows.take(written, from: machine)
            if written.isEmpty, case .end(let outcome, _) = command {
                rows.take(Self.note(late: outcome, on: &machine), from: machine)
            }
            replies.append(reply)
        }
        self.rows = rows
        lastSequence = machine.lastSequence
    }

    /// Ends the calls that dead instances have left.
    init(recovering slice: LedgerSlice, atMicroseconds: Int64, statuses: RefusalStatuses) {
        var machine = LedgerMachine(statuses: statuses, contents: slice.contents)
        var rows = BatchRows()
        let written = machine.recover(interrupted: slice.contents.interruptedCalls, atMicroseconds: atMicroseconds)
        rows.take(written, from: machine)
        self.rows = rows
        lastSequence = machine.lastSequence
    }

    /// An outcome of a call that is not under way any more, because its instance was held dead: it changes nothing, but
    /// what it says helps whoever decides about the hold.
    private static func note(late outcome: CallOutcome, on machine: inout LedgerMachine) -> [LedgerRow] {
        var facts: JSONObject = ["ending": .string(outcome.ending.name)]
        if let id = outcome.objectID { facts["object_id"] = .string(id) }
        if let status = outcome.upstreamStatus { facts["upstream_status"] = .integer(Int64(status)) }
        let stamp = AdminStamp(
            requestID: outcome.requestID, atMicroseconds: outcome.atMicroseconds, detail: facts)
        return LedgerCommand.recordAdmin("late_outcome", stamp).run(on: &machine, claim: nil).rows
    }

    /// The request that finds out whether the batch is in the database.
    var evidence: PostgresRequest {
        PostgresRequest(
            BatchSQL.countEntries,
            [
                .column(PostgresColumn(numbers: rows.entries.map(\.sequence))),
                .column(PostgresColumn(numbers: rows.entries.map(\.atMicroseconds))),
                .column(PostgresColumn(texts: rows.entries.map(\.kind.rawValue))),
                .column(PostgresColumn(texts: rows.entries.map(\.requestID))),
            ])
    }
}
