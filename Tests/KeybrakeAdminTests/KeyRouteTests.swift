import KeybrakeAdmin
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import Testing

/// Issuing keys and changing them.
struct KeyRouteTests {
    private let desk: AdminDesk

    init() throws {
        desk = try AdminDesk()
    }

    @Test("a key is shown once, works at once, and carries its policy")
    func issue() async throws {
        let body = """
            {"daily_cap_usd":"10.00","per_call_max_usd":"4.00","allowed_operations":["POST /v1/charges"],\
            "customers":["cus_test_fixture"],"ttl_seconds":3600,"conversation":"conv-1","agent":"billing",\
            "label":"nightly"}
            """
        let reply = await desk.send("POST /admin/vault-keys", body)
        #expect(reply.status == 201 && reply.header("Cache-Control") == "no-store")
        let key = try #require(reply.json["key"]?.stringValue)
        let id = try #require(reply.json["id"]?.stringValue)
        #expect(reply.json["state"] == "active" && reply.json["environment"] == "test")
        #expect(reply.json["conversation"] == "conv-1" && reply.json["agent"] == "billing")
        #expect(reply.json["expires_at"] == .integer(GovernedStripe.noon / 1_000_000 + 3_600))
        #expect(reply.json["policy"]?["per_call_max_usd"] == "4.00")
        let form = "amount=400&currency=usd&customer=cus_test_fixture"
        #expect(desk.governed.send("POST /v1/charges", form, key: key).status == 200)
        let shown = await desk.send("GET /admin/vault-keys/\(id)")
        #expect(shown.json["spend"]?["settled_usd"] == "4.00" && shown.json["spend"]?["left_usd"] == "6.00")
        let listed = await desk.send("GET /admin/vault-keys")
        #expect(listed.json["data"]?.arrayValue?.count == 1)
        for text in [shown.text, listed.text] { #expect(!text.contains(key) && !text.contains("\"key\"")) }
        #expect(try await desk.acts() == ["issue_key"])
    }

    @Test(
        "a policy is read strictly: what is unknown, missing, doubled or of the wrong kind is an error",
        arguments: [
            "", "[]", "{", "null", "{}",
            #"{"allowed_operations":["GET *"]}"#,
            #"{"daily_cap_usd":10,"allowed_operations":["GET *"]}"#,
            #"{"daily_cap_usd":"-1","allowed_operations":["GET *"]}"#,
            #"{"daily_cap_usd":"1.001","allowed_operations":["GET *"]}"#,
            #"{"daily_cap_usd":"1e3","allowed_operations":["GET *"]}"#,
            #"{"daily_cap_usd":"99999999999999999999","allowed_operations":["GET *"]}"#,
            #"{"daily_cap_usd":"1","daily_cap_usd":"1000","allowed_operations":["GET *"]}"#,
            #"{"daily_cap_usd":"1"}"#,
            #"{"daily_cap_usd":"1","allowed_operations":[]}"#,
            #"{"daily_cap_usd":"1","allowed_operations":"GET *"}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["POST /v1/nothing"]}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["*"]}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"customers":"cus_1"}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"customer":["cus_1"]}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"ttl_seconds":0}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"ttl_seconds":9223372036854775807}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"ttl_seconds":"60"}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"ttl_seconds":60,"ttl_seconds":6000}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"environment":"prod"}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"conversation":""}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"conversation":7}"#,
            #"{"daily_cap_usd":"1","allowed_operations":["GET *"],"agent":"a\nb"}"#,
        ])
    func strict(body: String) async throws {
        #expect(await desk.send("POST /admin/vault-keys", body).status == 400)
        #expect(desk.governed.ledger.directory.all().isEmpty)
    }

    @Test("revoking, pausing and resuming bind the very next call; rotating voids the old text")
    func changes() async throws {
        let (id, key) = await desk.issue()
        func use(_ key: String) -> String { desk.governed.send("GET /v1/balance", key: key).line }
        #expect(use(key) == "200")
        #expect(await desk.send("POST /admin/vault-keys/\(id)/pause").json["state"] == "paused")
        #expect(use(key) == "401 vault_key_paused")
        #expect(await desk.send("POST /admin/vault-keys/\(id)/resume").json["state"] == "active")
        #expect(use(key) == "200")
        let rotated = await desk.send("POST /admin/vault-keys/\(id)/rotate")
        let fresh = try #require(rotated.json["key"]?.stringValue)
        #expect(use(key) == "401 vault_key_unknown" && use(fresh) == "200")
        let revoked = await desk.send("POST /admin/vault-keys/\(id)/revoke", #"{"reason":"lost"}"#)
        #expect(revoked.json["state"] == "revoked" && revoked.json["revoke_reason"] == "lost")
        #expect(revoked.json["in_flight"] == [])
        #expect(use(fresh) == "401 vault_key_revoked")
        #expect(await desk.send("POST /admin/vault-keys/\(id)/resume").line == "409 conflict")
        #expect(try await desk.acts() == ["issue_key", "pause_key", "resume_key", "rotate_key", "revoke_key"])
    }

    @Test("revoking tells which calls had passed before")
    func inFlight() async throws {
        let governed = try GovernedStripe()
        let key = try await governed.key()
        governed.stripe.holdBack()
        _ = governed.start("POST /v1/charges", "amount=5&currency=usd", key: key)
        let changed = try await governed.ledger.changeKey(
            id: GovernedStripe.id(key), .revoke(reason: nil),
            stamp: AdminStamp(requestID: "req_x", atMicroseconds: governed.now))
        #expect(changed.inFlightRequestIDs == ["req_test000001"])
    }

    @Test("what cannot be changed is an error with its own status")
    func errors() async {
        let (id, _) = await desk.issue()
        #expect(await desk.send("POST /admin/vault-keys/none/revoke").line == "404 not_found")
        #expect(await desk.send("GET /admin/vault-keys/none").line == "404 not_found")
        for body in [
            #"{"reason":7}"#, #"{"because":"x"}"#, #"{"reason":"\#(String(repeating: "x", count: 501))"}"#, "{",
        ] {
            #expect(await desk.send("POST /admin/vault-keys/\(id)/revoke", body).status == 400)
        }
        #expect(await desk.send("POST /admin/vault-keys/\(id)/pause", #"{"reason":"x"}"#).line == "400 unknown_member")
        #expect(await desk.send("GET /admin/vault-keys/\(id)").json["state"] == "active")
    }
}
