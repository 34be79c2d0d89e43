internal import KeybrakeLedger

extension PostgresConnection {
    /// Makes the tables when there are none, and refuses those of a newer version or of another program.
    func prepareTables(at address: PostgresAddress) throws(LedgerFailure) {
        do throws(PostgresError) {
            try execute("BEGIN; SELECT pg_advisory_xact_lock(\(PostgresSchema.creationLock))")
            defer { rollBack() }
            let found = try run([PostgresRequest(PostgresSchema.inspect)])[0].first
            if found?.optionalText(0) == nil {
                guard found?.integer(1) == 0 else { return try refuseForeignTables() }
                try execute(PostgresSchema.sql)
                try execute("COMMIT")
            }
        } catch {
            throw error.failure(at: address)
        }
        try checkVersion(at: address)
    }

    private func refuseForeignTables() throws(PostgresError) {
        throw PostgresError(.other, "it holds tables of another program; name another database or schema")
    }

    private func checkVersion(at address: PostgresAddress) throws(LedgerFailure) {
        let version: Int64
        do throws(PostgresError) {
            version = try run([PostgresRequest(PostgresSchema.readVersion)])[0].first?.integer(0) ?? 0
        } catch {
            throw error.failure(at: address)
        }
        guard version <= PostgresSchema.version else {
            throw .newerVersion(path: address.description, found: version, known: PostgresSchema.version)
        }
        guard version == PostgresSchema.version else {
            throw .damaged("the schema version \(version) does not exist, \(address)")
        }
    }
}
