import KeybrakeGateway
import KeybrakeLedger
import KeybrakeTestKit
import Testing

/// Whose request it is, and what is told to whoever has no good key.
struct IdentificationTests {
    private let desk: GovernedStripe
    private static let read = "GET /v1/customers/cus_1"

    init() throws {
        desk = try GovernedStripe()
    }

    @Test("a vault key opens the way as a bearer token and as the user name of Basic, with and without suffixes")
    func goodKeys() async throws {
        let key = try await desk.key()
        for credentials in [
            "Bearer \(key)", "bearer \(key)", "Bearer  \(key)", "Bearer \(key)~turn=7~agent=billing",
            "Basic " + base64("\(key):"), "Basic " + base64("\(key):password"), "Basic " + base64(key),
        ] {
            desk.stripe.willAnswer(200, #"{"id":"cus_1","object":"customer"}"#)
            let reply = desk.send(Self.read, key: nil, [("Authorization", credentials)])
            #expect(reply.line == "200", "\(credentials.prefix(8))")
        }
        #expect(desk.stripe.requests.count == 7)
        #expect(desk.stripe.faults == [])
    }

    @Test("who has no key is asked for one, and nothing leaves the proxy")
    func badKeys() async throws {
        let key = try await desk.key()
        let otherSecret = try #require(
            VaultKeyToken.mint(
                environment: "test", id: GovernedStripe.id(key), secret: String(repeating: "x", count: 32)))
        let otherEnvironment = try #require(
            VaultKeyToken.mint(
                environment: "live", id: GovernedStripe.id(key), secret: String(repeating: "s", count: 31) + "1"))
        let unknown = try #require(
            VaultKeyToken.mint(environment: "test", id: "unknownkeyid", secret: String(repeating: "x", count: 32)))
        let table: [(String, String)] = [
            ("", "401 vault_key_required"),
            ("Bearer", "401 vault_key_required"),
            ("Bearer a b", "401 vault_key_required"),
            ("Digest \(key)", "401 vault_key_required"),
            ("Basic !!!", "401 vault_key_required"),
            ("Basic " + base64("sk_live_abc:"), "401 vault_key_required"),
            ("Bearer sk_test_abc", "401 vault_key_required"),
            ("Bearer sk_live_51SecretSecret", "401 vault_key_required"),
            ("Bearer rk_live_abc", "401 vault_key_required"),
            ("Bearer pk_live_abc", "401 vault_key_required"),
            ("Bearer hello", "401 vault_key_required"),
            ("Bearer \(key.dropLast())x", "401 vault_key_required"),
            ("Bearer vk_", "401 vault_key_required"),
            ("Bearer \(key)~turn", "400 malformed_request"),
            ("Bearer \(unknown.text)", "401 vault_key_unknown"),
            ("Bearer \(otherSecret.text)", "401 vault_key_unknown"),
            ("Bearer \(otherEnvironment.text)", "401 vault_key_unknown"),
        ]
        for (credentials, expected) in table {
            let reply = desk.send(Self.read, key: nil, [("Authorization", credentials)])
            #expect(reply.line == expected, "\(credentials.prefix(14))")
            #expect(reply.header("WWW-Authenticate") == (reply.status == 401 ? "Bearer" : nil))
        }
        #expect(desk.send(Self.read, key: nil).line == "401 vault_key_required")
        #expect(desk.stripe.requests.isEmpty)
        let rows = try await desk.rows()
        #expect(rows.count == 2 * (table.count + 1))
        #expect(rows.allSatisfy { $0.keyID == nil && $0.decision == .refused })
    }

    @Test("two Authorization headers could be two callers")
    func twoHeaders() async throws {
        let key = try await desk.key()
        let reply = desk.send(Self.read, key: key, [("Authorization", "Bearer \(key)")])
        #expect(reply.line == "400 malformed_request")
    }

    @Test("expired, revoked and paused keys are refused, each by its own code")
    func deadKeys() async throws {
        let expired = try await desk.key(expiresAt: desk.now)
        let revoked = try await desk.key()
        let paused = try await desk.key()
        let stamp = AdminStamp(requestID: "req_admin", atMicroseconds: desk.now)
        _ = try await desk.ledger.changeKey(id: GovernedStripe.id(revoked), .revoke(reason: nil), stamp: stamp)
        _ = try await desk.ledger.changeKey(id: GovernedStripe.id(paused), .pause, stamp: stamp)
        #expect(desk.send(Self.read, key: expired).line == "401 vault_key_expired")
        #expect(desk.send(Self.read, key: revoked).line == "401 vault_key_revoked")
        #expect(desk.send(Self.read, key: paused).line == "401 vault_key_paused")
        _ = try await desk.ledger.changeKey(id: GovernedStripe.id(paused), .resume, stamp: stamp)
        desk.stripe.willAnswer(200, "{}")
        #expect(desk.send(Self.read, key: paused).line == "200")
        #expect(try await desk.rows().allSatisfy { $0.keyID != nil })
    }

    @Test("the text of a key is written nowhere: not in rows, not in logs, not in answers")
    func nothingLeaks() async throws {
        let key = try await desk.key()
        let secrets = [key, "sk_live_51SecretSecret", "vk_test_kkkkkkkkkkkk_bad"]
        var answers: [String] = []
        for secret in secrets {
            let places: [[(String, String)]] = [
                [("Authorization", "Bearer \(secret)")],
                [("Authorization", "Bearer \(key)"), ("Idempotency-Key", secret)],
                [("Authorization", "Bearer \(key)"), ("X-Conversation-Id", secret), ("X-Agent-Task", secret)],
                [("Authorization", "Bearer \(key)"), ("baggage", "gen_ai.agent.name=\(secret)")],
            ]
            for headers in places {
                desk.stripe.willAnswer(200, "{}")
                let reply = desk.send("GET /v1/balance", key: nil, headers)
                answers.append(reply.text + reply.headers.map { $0.name + $0.value }.joined())
            }
            let form =
                "amount=5&currency=usd&customer=\(secret)&metadata[conversation_id]=\(secret)"
                + "&description=[conv:\(secret)]"
            answers.append(desk.send("POST /v1/charges", form, key: key).text)
        }
        let written = try await desk.rows().map { "\($0.json)" } + desk.logs.lines + answers
        for secret in secrets {
            #expect(!written.contains { $0.contains(secret) })
        }
    }

    private func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let chunk = Array(bytes.prefix(3)) + [UInt8](repeating: 0, count: max(0, 3 - bytes.count))
            let bits = Int(chunk[0]) << 16 | Int(chunk[1]) << 8 | Int(chunk[2])
            let digits = [18, 12, 6, 0].map { alphabet[bits >> $0 & 63] }
            result += String(digits.prefix(bytes.count >= 3 ? 4 : bytes.count + 1))
            result += String(repeating: "=", count: bytes.count >= 3 ? 0 : 3 - bytes.count)
            bytes = bytes.dropFirst(3)
        }
        return result
    }
}
