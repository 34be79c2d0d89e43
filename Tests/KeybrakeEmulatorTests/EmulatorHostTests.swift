import Testing

@testable import KeybrakeEmulator

@Suite struct EmulatorHostTests {
    @Test func `worlds appear when they are first used`() {
        let host = EmulatorHost(configuration: .standard)
        #expect(host.worlds().isEmpty)
        _ = host.paymentsCSV(world: "a")
        #expect(host.worlds() == ["a"])
        host.reset(world: "a")
        #expect(host.worlds().isEmpty)
    }
}
