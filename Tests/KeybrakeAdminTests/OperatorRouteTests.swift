import KeybrakeAdmin
import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import Testing

/// Modes, audit, holds and the emulator, as an operator handles them.
struct OperatorRouteTests {
    private let desk: AdminDesk

    init() throws {
        desk = try AdminDesk()
    }

    @Test("the mode is shown and changed; what cannot be put in force leaves the old one")
    func mode() async throws {
        #expect(await desk.send("GET /admin/mode").json["mode"] == "emulate")
        #expect(await desk.send("PUT /admin/mode", #"{"mode":"live"}"#).line == "409 mode_not_changed")
        let missing = #"{"mode":"replay","cassette":"\#(desk.folder)/none"}"#
        #expect(await desk.send("PUT /admin/mode", missing).line == "409 mode_not_changed")
        let bad = [
            "{}", #"{"mode":"fast"}"#, #"{"mode":7}"#, #"{"mode":"emulate","miss":"maybe"}"#,
            #"{"mode":"emulate","x":1}"#,
            #"{"mode":"emulate","session":7}"#, #"{"mode":"emulate","session":""}"#, #"{"mode":"replay","cassette":7}"#,
            #"{"mode":"emulate","mode":"live"}"#, "[]", "{",
        ]
        for body in bad { #expect(await desk.send("PUT /admin/mode", body).status == 400, "\(body)") }
        #expect(try await desk.acts() == [])
        #expect(await desk.send("PUT /admin/mode", #"{"mode":"emulate"}"#).json["mode"] == "emulate")
        #expect(await desk.send("PUT /admin/mode", #"{"mode":"emulate","session":"ci"}"#).status == 200)
        #expect(await desk.send("PUT /admin/mode", #"{"mode":null,"session":"ci"}"#).status == 200)
        #expect(try await desk.acts() == ["mode", "mode", "mode"])
    }

    @Test("audit rows come in pages, in order, none twice and none lost")
    func auditPages() async throws {
        let (_, key) = await desk.issue()
        for _ in 0..<5 { _ = desk.governed.send("GET /v1/balance", key: key) }
        func numbers(_ reply: Reply) -> [Int64] {
            reply.text.split(separator: "\n").compactMap { (try? JSONParser.parse(String($0)))?["seq"]?.integerValue }
        }
        var seen: [Int64] = []
        while true {
            let page = await desk.send("GET /admin/audit?after=\(seen.last ?? 0)&limit=4")
            #expect(page.header("Content-Type") == "application/x-ndjson")
            guard !page.text.isEmpty else { break }
            seen += numbers(page)
        }
        #expect(seen == Array(1...11))
        #expect(numbers(await desk.send("GET /admin/audit?last=3")) == [9, 10, 11])
        #expect(numbers(await desk.send("GET /admin/audit?last=10000")).count == 11)
        for query in [
            "after=-1", "limit=0", "limit=10001", "after=x", "afer=1", "after=1&after=2", "after[]=1", "after=%zz",
        ] {
            #expect(await desk.send("GET /admin/audit?\(query)").status == 400, "\(query)")
        }
    }

    @Test("the newest rows are the newest, however many there are")
    func lastOfMany() async throws {
        for _ in 0..<700 { _ = desk.governed.send("GET /v1/balance", key: nil) }
        let reply = await desk.send("GET /admin/audit?last=1200")
        let numbers = reply.text.split(separator: "\n").compactMap {
            (try? JSONParser.parse(String($0)))?["seq"]?.integerValue
        }
        #expect(numbers == Array(201...1_400))
    }

    @Test("an operator decides about money whose fate nobody learned")
    func holds() async throws {
        let (_, key) = await desk.issue()
        let form = "amount=300&currency=usd&source=tok_visa&capture=false"
        #expect(desk.governed.send("POST /v1/charges", form, key: key).status == 200)
        let hold = try #require(await desk.send("GET /admin/holds").json["data"]?.arrayValue?.first)
        #expect(hold["state"] == "authorised" && hold["usd"] == "3.00")
        let id = try #require(hold["id"]?.stringValue)
        #expect(await desk.send("POST /admin/holds/\(id)/resolve", #"{"outcome":"maybe"}"#).status == 400)
        #expect(
            await desk.send("POST /admin/holds/hold_none/resolve", #"{"outcome":"released"}"#).line == "404 not_found")
        #expect(try await desk.governed.spent(key) == "settled 0, held 300")
        #expect(await desk.send("POST /admin/holds/\(id)/resolve", #"{"outcome":"settled"}"#).status == 200)
        #expect(try await desk.governed.spent(key) == "settled 300, held 0")
        #expect(await desk.send("POST /admin/holds/\(id)/resolve", #"{"outcome":"released"}"#).line == "404 not_found")
        #expect(try await desk.acts() == ["issue_key", "resolve_hold"])
    }

    @Test("the emulated account is reset, seeded, moved in time and exported")
    func emulator() async throws {
        let (_, key) = await desk.issue()
        let charged = desk.governed.send("POST /v1/charges", "amount=300&currency=usd&source=tok_visa", key: key)
        let id = try #require(charged.json["id"]?.stringValue)
        let export = await desk.send("GET /admin/emulator/exports/payments.csv")
        #expect(export.header("Content-Type") == "text/csv; charset=utf-8" && export.text.contains(id))
        #expect(await desk.send("GET /admin/emulator/exports/payments.csv?world=other").text.contains(id) == false)
        let noon = GovernedStripe.noon / 1_000_000
        let moved = await desk.send("POST /admin/emulator/clock", #"{"advance_seconds":86400}"#)
        #expect(moved.json["time"] == .integer(noon + 86_400))
        #expect(await desk.send("POST /admin/emulator/clock", #"{"to":\#(noon)}"#).status == 400)
        let bad = [
            "{}", #"{"advance_seconds":-1}"#, #"{"advance_seconds":9223372036854775807}"#,
            #"{"to":9223372036854775807}"#,
            #"{"advance_seconds":1,"to":9999999999}"#, #"{"advance_seconds":1,"to":"x"}"#, #"{"days":1}"#,
        ]
        for body in bad { #expect(await desk.send("POST /admin/emulator/clock", body).status == 400, "\(body)") }
        #expect(
            await desk.send("POST /admin/emulator/seed", #"{"object":"customer","id":"cus_seed"}"#).json["seeded"] == 1)
        #expect(desk.governed.send("GET /v1/customers/cus_seed", key: key).status == 200)
        #expect(await desk.send("POST /admin/emulator/seed", "{").status == 400)
        #expect(await desk.send("POST /admin/emulator/reset?wrld=x").line == "400 unknown_parameter")
        #expect(await desk.send("POST /admin/emulator/reset?world=").status == 400)
        #expect(await desk.send("POST /admin/emulator/reset").json["reset"] == true)
        #expect(desk.governed.send("GET /v1/charges/\(id)", key: key).status == 404)
    }
}
