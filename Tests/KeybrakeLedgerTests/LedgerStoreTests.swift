import KeybrakeLedger
import LedgerConformance
import Testing

/// The two stores of this library against what every store must do.
@Suite struct LedgerStoreTests {
    @Test(arguments: StoreKind.allCases, ConformanceCheck.all)
    func theStoreConforms(kind: StoreKind, check: ConformanceCheck) async throws {
        try await kind.withStore { try await check.run($0) }
    }
}
