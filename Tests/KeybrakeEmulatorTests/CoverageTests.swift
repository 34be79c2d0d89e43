import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Keeps the tables in the documentation true, one after the other because they are in one file.
@Suite(.serialized) struct CoverageTests {
    @Test func `the table of operations is the emulator's own`() throws {
        try DocumentSection(name: "coverage").check(Coverage.table)
    }

    @Test func `the table of events is the emulator's own`() throws {
        let root = try #require(DocumentSection.root)
        try DocumentSection(name: "events").check(EventTable.text(sources: root + "/Sources/KeybrakeEmulator"))
    }

    @Test func `the table of magic inputs is the emulator's own`() throws {
        try DocumentSection(name: "magic inputs").check(MagicInputTable.text)
    }

    @Test func `most operations remember what happened`() {
        #expect(Coverage.count(.behaviour) + Coverage.count(.synthesised) > 500)
        #expect(Coverage.allCases.reduce(0) { $0 + Coverage.count($1) } == Catalogue.shared.operations.count)
    }
}
