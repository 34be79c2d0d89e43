internal import KeybrakeLedger

/// As much of the ledger as a batch can touch, read behind the lock.
struct LedgerSlice {
    var contents = LedgerContents()
    var claims: [Claim] = []

    /// Starts a transaction, takes the lock, and reads what lies in the scope.
    init(_ scope: BatchScope, instanceID: String, on connection: PostgresConnection) throws(PostgresError) {
        let claimIDs = Array(scope.claimIDs)
        let claimColumns: [PostgresRequest.Value] = [
            .column(PostgresColumn(texts: claimIDs.map(\.keyID))),
            .column(PostgresColumn(texts: claimIDs.map(\.clientKey))),
        ]
        let keys = PostgresRequest.Value.column(PostgresColumn(texts: scope.keyIDs))
        let busyKeys = PostgresRequest.Value.column(PostgresColumn(texts: scope.busyKeyIDs))
        let requests = PostgresRequest.Value.column(PostgresColumn(texts: scope.requestIDs))
        let objects = PostgresRequest.Value.column(PostgresColumn(texts: scope.objectIDs))
        let holds = PostgresRequest.Value.column(PostgresColumn(texts: scope.holdIDs))
        var reads = [
            PostgresRequest(BatchSQL.begin), PostgresRequest(BatchSQL.lock),
            PostgresRequest(BatchSQL.heartbeat, [.text(instanceID)]),
        ]
        if !scope.isEmpty {
            reads += [
                PostgresRequest(BatchSQL.keys, [keys, holds]),
                PostgresRequest(BatchSQL.runningCalls, [requests, busyKeys]),
                scope.needsEveryOpenHold
                    ? PostgresRequest(BatchSQL.everyOpenHold)
                    : PostgresRequest(BatchSQL.holds, [holds, objects, requests] + claimColumns),
                PostgresRequest(BatchSQL.claims, claimColumns),
            ]
        }
        let results = try connection.run(reads)
        contents.lastSequence = results[1].first?.integer(0) ?? 0
        guard !scope.isEmpty else { return }
        contents.keys = results[3].rows.map { VaultKey($0) }
        contents.runningCalls = try results[4].runningCalls
        contents.openHolds = try results[5].holds
        claims = results[6].rows.map { Claim($0) }
        try readBudgets(on: connection)
    }

    /// Takes the lock and reads what dead instances have left under way; removes them from the list of instances.
    init(leftByTheDeadAfterSeconds seconds: Int, on connection: PostgresConnection) throws(PostgresError) {
        let results = try connection.run([
            PostgresRequest(BatchSQL.begin), PostgresRequest(BatchSQL.lock),
            PostgresRequest(BatchSQL.removeDead, [.number(Int64(seconds))]),
            PostgresRequest(BatchSQL.interruptedCalls), PostgresRequest(BatchSQL.interruptedHolds),
        ])
        contents.lastSequence = results[1].first?.integer(0) ?? 0
        contents.interruptedCalls = try results[3].entries
        contents.openHolds = try results[4].holds
        let ids = PostgresColumn(texts: contents.openHolds.map(\.id))
        let living = try connection.run([PostgresRequest(BatchSQL.livingCalls, [.column(ids)])])
        contents.runningCalls = try living[0].runningCalls
        try readBudgets(on: connection)
    }

    /// Reads the budgets and windows of all keys and holds there are.
    private mutating func readBudgets(on connection: PostgresConnection) throws(PostgresError) {
        let ids = Set(contents.keys.map { Budget.id(keyID: $0.id) } + contents.openHolds.map(\.budgetID))
        guard !ids.isEmpty else { return }
        let column = PostgresRequest.Value.column(PostgresColumn(texts: ids))
        let results = try connection.run([
            PostgresRequest(BatchSQL.budgets, [column]), PostgresRequest(BatchSQL.windows, [column]),
        ])
        contents.budgets = results[0].rows.map { Budget($0) }
        contents.windows = try results[1].windows
    }
}
