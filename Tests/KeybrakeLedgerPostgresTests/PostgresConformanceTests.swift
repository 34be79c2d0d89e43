import LedgerConformance
import Testing

@Suite struct PostgresConformanceTests {
    @Test(arguments: ConformanceCheck.all)
    func theStoreConforms(check: ConformanceCheck) async throws {
        try await PostgresDatabase.withStore { try await check.run($0) }
    }
}
