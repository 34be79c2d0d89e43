import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct VersionTests {
    @Test(arguments: ["2011-01-01", "2020-08-27", "2026-10-28.endive", "2030-02-28.zinnia", "2024-04-10; beta=v1"])
    func `a well-formed version is taken and echoed`(version: String) {
        var bench = Bench()
        bench.apiVersion = version
        let answer = bench.get("/v1/customers")
        #expect(answer.status == 200)
        #expect(answer.headers["Stripe-Version"] == version)
    }

    @Test(arguments: [
        "", "latest", "2026-13-01", "2026-02-30", "2026-05-27.", "2026-05-27.Dahlia", "26-05-27", "2026-05-27 ",
        "1999-01-01",
    ])
    func `anything else is refused`(version: String) {
        var bench = Bench()
        bench.apiVersion = version
        let answer = bench.get("/v1/customers")
        #expect(answer.status == 400)
        #expect(answer.message == "Invalid Stripe API version: \(version)")
    }

    @Test func `the catalogue's version is the default, and others are told once`() {
        var bench = Bench()
        #expect(bench.get("/v1/customers").headers["Stripe-Version"] == Catalogue.shared.apiVersion)
        #expect(bench.host.takeUnknownVersions(world: "w").isEmpty)
        for version in ["2020-08-27", "2026-10-28.endive", "2020-08-27", Catalogue.shared.apiVersion] {
            bench.apiVersion = version
            _ = bench.get("/v1/customers")
        }
        #expect(bench.host.takeUnknownVersions(world: "w") == ["2020-08-27", "2026-10-28.endive"])
        _ = bench.get("/v1/customers")
        #expect(bench.host.takeUnknownVersions(world: "w").isEmpty)
        bench.world = "another"
        bench.apiVersion = "2020-08-27"
        _ = bench.get("/v1/customers")
        #expect(bench.host.takeUnknownVersions(world: "another") == ["2020-08-27"])
    }

    @Test func `a lenient world passes over what another version may know`() {
        var bench = Bench { $0.isLenient = true }
        let form =
            "name=A&future_thing=1&shipping[name]=B&shipping[address][city]=C&shipping[later]=1&tax_exempt=partly"
        #expect(bench.post("/v1/customers", form).code == "parameter_unknown")
        bench.apiVersion = Catalogue.shared.apiVersion
        #expect(bench.post("/v1/customers", form).code == "parameter_unknown")
        bench.apiVersion = "foo"
        #expect(bench.post("/v1/customers").headers["Stripe-Version"] == "foo")
        bench.apiVersion = "2026-10-28.endive"
        #expect(bench.post("/v1/customers", form + "&expand[]=future").status == 200)
        #expect(bench.post("/v1/customers", "shipping=text").param == "shipping")
        var plain = Bench()
        plain.apiVersion = "2026-10-28.endive"
        #expect(plain.post("/v1/customers", form).code == "parameter_unknown")
    }
}
