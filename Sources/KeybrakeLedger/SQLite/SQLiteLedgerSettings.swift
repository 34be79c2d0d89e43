/// How a ledger in a file is kept.
package struct SQLiteLedgerSettings: Sendable {
    /// The database file; made when it is missing, readable by its owner only.
    package var path: String
    /// How many commands are made durable together at most.
    package var batchCommandsMax = 1_024
    /// How long rows for which nobody waits may wait for company.
    package var lingerMicroseconds = 2_000
    /// How many commands may wait; beyond, `begin` answers `unavailable`.
    package var waitingCommandsMax = 16_384
    /// How many calls' rows are kept in memory while the disk refuses them. Endings of money calls are always kept.
    package var retainedCallsMax = 65_536
    /// How long to wait before the disk is tried again.
    package var retryDelayMilliseconds = 250
    /// How many pages the write-ahead log may have before it is brought into the database.
    package var checkpointPages = 4_096
    /// The most pages (of 4 KiB) that the database may have; `nil` for as many as the disk takes.
    package var pageCountMax: Int?
    package var statuses = RefusalStatuses.standard

    package init(path: String) {
        self.path = path
    }
}
