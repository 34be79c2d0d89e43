internal import GRDBSQLite

/// Counts the pages in the write-ahead log of a connection, which SQLite tells after each commit.
final class WriteAheadLog {
    private let connection: OpaquePointer
    private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    init(connection: OpaquePointer) {
        self.connection = connection
        pages.initialize(to: 0)
        sqlite3_wal_hook(
            connection,
            { context, _, _, pageCount in
                // SAFETY: the context is `pages`, which lives until the hook is taken away.
                context?.assumingMemoryBound(to: Int32.self).pointee = pageCount
                return SQLITE_OK
            }, pages)
    }

    deinit {
        sqlite3_wal_hook(connection, nil, nil)
        pages.deallocate()
    }

    var pageCount: Int {
        get { Int(pages.pointee) }
        set { pages.pointee = Int32(clamping: newValue) }
    }
}
