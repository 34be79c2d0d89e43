import KeybrakeCassettes
import Testing

@Suite struct CassetteErrorTests {
    @Test func everyErrorNamesItsFile() {
        let error = CassetteError(path: "cassettes/a.cassette", reason: .newerVersion(found: 2, supported: 1))
        #expect(
            error.description
                == "cassettes/a.cassette: cassette format 2 is newer than this program, which reads formats up to 1")
    }
}
