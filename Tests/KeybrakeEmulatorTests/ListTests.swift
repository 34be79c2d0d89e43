import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct ListTests {
    @Test func `pages run from the newest to the oldest and back`() {
        let bench = Bench()
        let made = (0..<15).map { bench.post("/v1/customers", "name=n\($0)").id }
        let newest = Array(made.reversed()) + ["cus_test_fixture"]
        let first = bench.get("/v1/customers", "limit=3")
        #expect(first.ids == Array(newest[0..<3]))
        #expect(first["has_more"] == true)
        #expect(first["url"] == "/v1/customers")
        #expect(first["object"] == "list")
        let second = bench.get("/v1/customers", "limit=3&starting_after=\(newest[2])")
        #expect(second.ids == Array(newest[3..<6]))
        let back = bench.get("/v1/customers", "limit=2&ending_before=\(newest[5])")
        #expect(back.ids == Array(newest[3..<5]))
        #expect(back["has_more"] == true)
        let last = bench.get("/v1/customers", "limit=100&starting_after=\(newest[12])")
        #expect(last.ids == Array(newest[13...]))
        #expect(last["has_more"] == false)
        #expect(bench.get("/v1/customers").ids.count == 10)
    }

    @Test(arguments: [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"),
        ("starting_after=cus_nope", "starting_after"), ("ending_before=cus_nope", "ending_before"),
        ("created[gt]=x", "created[gt]"), ("created[foo]=1", "created[foo]"), ("nme=x", "nme"),
    ])
    func `bad list parameters are named`(query: String, param: String) {
        let refused = Bench().get("/v1/customers", query)
        #expect(refused.status == 400)
        #expect(refused.param == param)
    }

    @Test func `filters narrow, and cursors work within them`() {
        var bench = Bench()
        let mine = (0..<5).map { _ in bench.post("/v1/charges", "amount=100&currency=usd&customer=cus_test_fixture").id
        }
        _ = (0..<5).map { _ in bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa").id }
        #expect(bench.get("/v1/charges", "customer=cus_test_fixture").ids == mine.reversed())
        #expect(
            bench.get("/v1/charges", "customer=cus_test_fixture&limit=2&starting_after=\(mine[3])").ids
                == [mine[2], mine[1]])
        bench.now += 100
        let late = bench.post("/v1/charges", "amount=100&currency=usd&source=tok_visa").id
        #expect(bench.get("/v1/charges", "created[gte]=\(bench.now)").ids == [late])
        #expect(bench.get("/v1/charges", "created[gt]=\(bench.now)").ids.isEmpty)
        #expect(bench.get("/v1/charges", "created[lt]=\(bench.now)&limit=100").ids.count == 10)
        #expect(bench.get("/v1/charges", "created=\(bench.now)").ids == [late])
        #expect(bench.get("/v1/customers", "email=fixture@example.com").ids == ["cus_test_fixture"])
        #expect(bench.get("/v1/customers", "email=other@example.com").ids.isEmpty)
    }

    @Test func `accounts do not see each other, nor do worlds`() {
        let bench = Bench()
        var connected = bench
        connected.account = "acct_shop"
        var elsewhere = bench
        elsewhere.world = "other"
        let id = bench.post("/v1/customers", "name=here").id
        #expect(connected.get("/v1/customers/\(id)").status == 404)
        #expect(elsewhere.get("/v1/customers/\(id)").status == 404)
        #expect(connected.post("/v1/customers", "name=there").id != id)
        #expect(connected.get("/v1/customers").ids.count == 2)
        #expect(connected.get("/v1/customers/cus_test_fixture").status == 200)
        connected.account = "shop"
        #expect(connected.get("/v1/customers").status == 403)
    }
}
