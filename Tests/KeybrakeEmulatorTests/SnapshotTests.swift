import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct SnapshotTests {
    @Test func `a world goes back to its snapshots, as often as wanted`() throws {
        let bench = Bench()
        let id = bench.post("/v1/customers", "name=first").id
        try bench.host.snapshot(world: "w", as: "one")
        _ = bench.post("/v1/customers/\(id)", "name=second")
        try bench.host.snapshot(world: "w", as: "two")
        _ = bench.delete("/v1/customers/\(id)")
        for _ in 0..<2 {
            try bench.host.restore(world: "w", from: "one")
            #expect(bench.get("/v1/customers/\(id)")["name"] == "first")
            #expect(bench.get("/v1/events", "type=customer.updated").ids.isEmpty)
            _ = bench.post("/v1/customers/\(id)", "name=third")
        }
        try bench.host.restore(world: "w", from: "two")
        #expect(bench.get("/v1/customers/\(id)")["name"] == "second")
        #expect(bench.host.snapshots(world: "w") == ["one", "two"])
        bench.host.reset(world: "w")
        #expect(bench.get("/v1/customers/\(id)").status == 404)
        try bench.host.restore(world: "w", from: "two")
        #expect(bench.get("/v1/customers/\(id)").status == 200)
        #expect(bench.host.delete(snapshot: "two", world: "w"))
        #expect(!bench.host.delete(snapshot: "two", world: "w"))
        #expect(bench.host.snapshots(world: "w") == ["one"])
        bench.host.delete(world: "w")
        #expect(bench.host.snapshots(world: "w").isEmpty)
        #expect(bench.host.worlds().isEmpty)
    }

    @Test func `a restored world makes the same ids again`() throws {
        let bench = Bench()
        _ = bench.post("/v1/customers")
        try bench.host.snapshot(world: "w", as: "s")
        let first = bench.post("/v1/customers").bytes
        try bench.host.restore(world: "w", from: "s")
        #expect(bench.post("/v1/customers").bytes == first)
        #expect(bench.host.snapshots(world: "other").isEmpty)
    }

    @Test func `there are only so many snapshots, and their names are short`() throws {
        let host = EmulatorHost(configuration: .standard)
        for number in 0..<EmulatorHost.snapshotsMax { try host.snapshot(world: "w", as: "\(number)") }
        #expect(throws: EmulatorHost.Failure.self) { try host.snapshot(world: "w", as: "one more") }
        try host.snapshot(world: "w", as: "0")
        try host.snapshot(world: "v", as: "0")
        #expect(throws: EmulatorHost.Failure.self) { try host.snapshot(world: "v", as: "") }
        #expect(throws: EmulatorHost.Failure.self) {
            try host.snapshot(world: "v", as: String(repeating: "x", count: 256))
        }
        #expect { try host.restore(world: "v", from: "1") } throws: { "\($0)" == "the world v has no snapshot 1" }
    }
}
