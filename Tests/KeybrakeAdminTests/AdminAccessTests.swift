import KeybrakeAdmin
import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// Who gets in, and what is told to whoever does not.
struct AdminAccessTests {
    private let desk: AdminDesk

    init() throws {
        desk = try AdminDesk()
    }

    @Test("without the token nothing but health is told, not even which routes there are")
    func noToken() async {
        let routes = [
            "GET /metrics", "POST /admin/vault-keys", "GET /admin/vault-keys", "GET /admin/vault-keys/x",
            "POST /admin/vault-keys/x/revoke", "GET /admin/holds", "POST /admin/holds/x/resolve", "GET /admin/mode",
            "PUT /admin/mode", "GET /admin/audit", "POST /admin/emulator/reset", "POST /admin/emulator/clock",
            "POST /admin/emulator/seed", "GET /admin/emulator/exports/payments.csv", "GET /admin/nothing", "GET /",
            "PUT /x",
        ]
        for route in routes {
            for token in [nil, "", "kba_tes", "kba_test2", "KBA_TEST", " kba_test"] {
                let reply = await desk.send(route, token: token)
                #expect(reply.line == "401 admin_token_required", "\(route)")
                #expect(reply.header("WWW-Authenticate") == "Bearer")
            }
        }
        #expect(await desk.send("GET /healthz", token: nil).json["status"] == "ok")
        #expect(await desk.send("GET /readyz", token: nil).json["status"] == "ready")
    }

    @Test("the token is taken once, as a bearer")
    func forms() async {
        let table: [(HTTPHeaders, Int)] = [
            (["Authorization": "Bearer kba_test"], 200), (["Authorization": "bearer kba_test"], 200),
            (["Authorization": "Basic kba_test"], 401), (["Authorization": "kba_test"], 401),
            (["Authorization": "Bearer kba_test", "authorization": "Bearer kba_test"], 401),
        ]
        for (headers, status) in table {
            let reply = Reply(await desk.api.answer(desk.request("GET /admin/mode", "", headers: headers)))
            #expect(reply.status == status, "\(headers)")
        }
    }

    @Test("with the token, a route that is none is not found, and a method that a route has not, neither")
    func notFound() async {
        for route in [
            "GET /admin/nothing", "DELETE /admin/vault-keys", "POST /admin/vault-keys/x/burn", "GET /v1/charges",
            "POST /admin/mode",
        ] {
            #expect(await desk.send(route).line == "404 not_found", "\(route)")
        }
    }

    @Test("a closed ledger is not ready, and says so")
    func notReady() async {
        await desk.governed.ledger.close()
        #expect(await desk.send("GET /readyz", token: nil).line == "503 ledger_unavailable")
        #expect(await desk.send("GET /healthz", token: nil).status == 200)
        #expect(await desk.send("GET /metrics").text.contains("keybrake_ledger_healthy 0"))
        let body = #"{"daily_cap_usd":"1","allowed_operations":["GET *"]}"#
        #expect(await desk.send("POST /admin/vault-keys", body).line == "503 ledger_unavailable")
    }

    @Test("metrics count answers and refusals")
    func metrics() async {
        _ = desk.governed.send("GET /v1/balance", key: nil)
        let text = await desk.send("GET /metrics").text
        #expect(text.contains("keybrake_refusals_total{code=\"vault_key_required\"} 1\n"))
        #expect(text.contains("keybrake_ledger_healthy 1\n"))
    }

    @Test("bytes that are no request get their status")
    func unreadable() {
        let table: [(UnreadableRequest, Int)] = [
            (.malformed("x"), 400), (.headTooLarge(limitBytes: 1), 431), (.bodyTooLarge(limitBytes: 1), 413),
            (.tooSlow(limitMilliseconds: 1), 408), (.versionNotSupported, 505),
        ]
        for (unreadable, status) in table {
            #expect(Reply(desk.api.refuse(unreadable, atMicroseconds: 0)).line == "\(status) malformed_request")
        }
    }

    @Test("the answer comes back on the connection's own loop", .timeLimit(.minutes(1)))
    func onTheLoop() async throws {
        let loop = NIOAsyncTestingEventLoop()
        let api = desk.api
        let request = desk.request("GET /healthz", "", headers: [:])
        let promise = loop.makePromise(of: Int.self)
        try await loop.executeInContext {
            api.handle(request, on: loop) { response in
                #expect(loop.inEventLoop)
                promise.succeed(response.status)
            }
        }
        let answered = Task { try await promise.futureResult.get() }
        let pump = Task {
            while !Task.isCancelled {
                await loop.run()
                await Task.yield()
            }
        }
        #expect(try await answered.value == 200)
        pump.cancel()
        await pump.value
        await loop.shutdownGracefully()
    }
}
