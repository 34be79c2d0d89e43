import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct RadarTests {
    @Test func `value lists have aliases and items of their own`() {
        let bench = Bench()
        let list = bench.post("/v1/radar/value_lists", "alias=bad&name=Bad&item_type=email")
        #expect(list["item_type"] == "email")
        #expect(bench.post("/v1/radar/value_lists", "alias=bad&name=Other").param == "alias")
        let add = { (value: String) in
            bench.post("/v1/radar/value_list_items", "value_list=\(list.id)&value=\(value)")
        }
        let item = add("a@b.c")
        #expect(item["value_list"] == .string(list.id))
        #expect(add("a@b.c").param == "value")
        #expect(add("nonsense").param == "value")
        #expect(bench.post("/v1/radar/value_list_items", "value_list=rsl_x&value=a").param == "value_list")
        let other = bench.post("/v1/radar/value_lists", "alias=good&name=Good").id
        #expect(bench.get("/v1/radar/value_lists", "contains=a@b.c").ids == [list.id])
        #expect(bench.get("/v1/radar/value_lists", "alias=good").ids == [other])
        #expect(bench.post("/v1/radar/value_lists/\(other)", "alias=bad").param == "alias")
        #expect(bench.post("/v1/radar/value_lists/\(other)", "alias=good&name=Fine")["name"] == "Fine")
        #expect(bench.get("/v1/radar/value_list_items", "value_list=\(list.id)").ids == [item.id])
        #expect(bench.delete("/v1/radar/value_lists/\(list.id)").body["deleted"] == true)
        #expect(bench.get("/v1/radar/value_list_items/\(item.id)").status == 404)
        #expect(bench.post("/v1/radar/value_lists", "alias=bad&name=Again").status == 200)
    }

    @Test func `a secret of an app is found by its name and scope, until it expires`() {
        var bench = Bench()
        let account = "&scope[type]=account"
        let made = bench.post("/v1/apps/secrets", "name=a&payload=x&expires_at=\(bench.now + 10)" + account)
        #expect(made["payload"] == nil)
        #expect(bench.get("/v1/apps/secrets/find", "name=a" + account)["payload"] == nil)
        let again = bench.post("/v1/apps/secrets", "name=a&payload=y&expires_at=\(bench.now + 10)" + account)
        #expect(again.id == made.id)
        let found = bench.get("/v1/apps/secrets/find", "name=a&expand[]=payload" + account)
        #expect(found["payload"] == "y")
        #expect(bench.get("/v1/apps/secrets/find", "name=a&scope[type]=user&scope[user]=u").status == 404)
        #expect(bench.post("/v1/apps/secrets", "name=a&payload=x&scope[type]=user").param == "scope[user]")
        #expect(bench.get("/v1/apps/secrets", "scope[type]=account").ids == [made.id])
        bench.now += 10
        #expect(bench.get("/v1/apps/secrets", "scope[type]=account").ids == [])
        let fresh = bench.post("/v1/apps/secrets", "name=b&payload=x" + account)
        #expect(bench.post("/v1/apps/secrets/delete", "name=b" + account)["deleted"] == true)
        #expect(bench.post("/v1/apps/secrets/delete", "name=b" + account).status == 404)
        #expect(bench.get("/v1/apps/secrets", "scope[type]=account").ids.contains(fresh.id) == false)
    }
}
