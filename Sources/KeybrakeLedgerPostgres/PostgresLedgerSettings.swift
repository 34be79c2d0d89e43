package import KeybrakeLedger

/// How a ledger in a PostgreSQL database is kept.
package struct PostgresLedgerSettings: Sendable {
    /// Where the database is.
    package var address: PostgresAddress
    /// This process among those that keep the same ledger: unique for ever, at most 64 characters.
    package var instanceID: String
    /// How many commands are made durable together at most.
    package var batchCommandsMax = 1_024
    /// How long rows for which nobody waits may wait for company.
    package var lingerMicroseconds = 2_000
    /// How many commands may wait; beyond, `begin` answers `unavailable`.
    package var waitingCommandsMax = 16_384
    /// How many calls' rows are kept in memory while the database refuses them. Endings of money calls are always kept.
    package var retainedCallsMax = 65_536
    /// How long to wait before the database is tried again.
    package var retryDelayMilliseconds = 250
    /// How long a batch whose commit was interrupted may wait for its outcome before its callers are sent away.
    package var doubtPatienceMilliseconds = 2_000
    /// How often other instances' changes are looked for at least; changes of keys are told at once as well.
    package var pollIntervalMilliseconds = 250
    /// How long an instance may give no sign of life before what it has under way counts as unknown.
    package var leaseSeconds = 30
    /// How long connecting to one host may take.
    package var connectTimeoutSeconds = 5
    /// How long to wait for another instance's batch.
    package var lockTimeoutMilliseconds = 5_000
    /// How long one statement may take, and how long the server lets a transaction stand idle.
    package var statementTimeoutMilliseconds = 15_000
    package var statuses = RefusalStatuses.standard

    package init(address: PostgresAddress, instanceID: String) {
        self.address = address
        self.instanceID = instanceID
    }
}
