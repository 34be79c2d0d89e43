import KeybrakeGateway
import KeybrakeLedger
import KeybrakeStripe
import KeybrakeTestKit
import NIOHTTP1
import Testing

/// To whom a call is put down, and what happens when the request and the key disagree.
struct AttributionTests {
    private let desk: GovernedStripe
    /// Every way to name a conversation, the most trusted first.
    private static let sources: [(name: String, apply: @Sendable (String, inout Call) -> Void)] = [
        ("suffix", { $1.suffix = "~conv=\($0)" }),
        ("path", { $1.prefix = "/stripe/c/\($0)" }),
        ("header", { $1.headers.append(("X-Conversation-Id", $0)) }),
        ("baggage", { $1.headers.insert(("baggage", "x=y;p=q, gen_ai.conversation.id = \($0);z"), at: 0) }),
        ("metadata", { $1.form += "&metadata[conversation_id]=\($0)" }),
        ("description", { $1.form += "&description=Order+7+[conv:\($0)]" }),
    ]

    struct Call {
        var prefix = ""
        var suffix = ""
        var form = "amount=5&currency=usd"
        var headers: [(String, String)] = []
    }

    init() throws {
        desk = try GovernedStripe()
    }

    private func send(_ call: Call, key: String) -> Reply {
        desk.stripe.willAnswer(200, StripeObject.charge(amount: 5))
        return desk.send("POST \(call.prefix)/v1/charges", call.form, key: key + call.suffix, call.headers)
    }

    @Test("of several sources the most trusted one counts, in whatever order they stand in the request")
    func precedence() async throws {
        let key = try await desk.key()
        for first in Self.sources.indices {
            var call = Call()
            for (offset, source) in Self.sources[first...].enumerated() { source.apply("conv-\(offset)", &call) }
            #expect(send(call, key: key).status == 200)
            let row = try await desk.lastRows().outcome
            #expect(row.attribution.conversation == "conv-0")
            #expect(row.attribution.conversationSource == Self.sources[first].name)
        }
    }

    @Test("a bound key belongs to its conversation: any source that names another one is refused")
    func mismatch() async throws {
        let key = try await desk.key(conversation: "conv-mine", agent: "billing")
        for source in Self.sources {
            var agreeing = Call()
            source.apply("conv-mine", &agreeing)
            #expect(send(agreeing, key: key).status == 200, "\(source.name)")
            #expect(try await desk.lastRows().outcome.attribution.conversationSource == "key")
            var foreign = Call()
            source.apply("conv-other", &foreign)
            let sentBefore = desk.stripe.requests.count
            #expect(send(foreign, key: key).line == "403 attribution_mismatch", "\(source.name)")
            #expect(desk.stripe.requests.count == sentBefore)
            let row = try await desk.lastRows().outcome
            #expect(row.attribution.conversation == "conv-mine")
        }
        let agents: [(String, [(String, String)])] = [
            ("~agent=support", []), ("", [("X-Agent-Name", "support")]),
            ("", [("baggage", "gen_ai.agent.name=support")]),
        ]
        for (suffix, headers) in agents {
            let reply = send(Call(suffix: suffix, headers: headers), key: key)
            #expect(reply.line == "403 attribution_mismatch")
            #expect(!reply.text.contains("support") && !reply.text.contains("billing"))
        }
    }

    @Test("agent, turn and task are taken from suffixes and headers")
    func others() async throws {
        let key = try await desk.key()
        let headers = [("X-Agent-Turn", "9"), ("X-Agent-Task", "refund"), ("x-agent-name", "support")]
        _ = send(Call(suffix: "~turn=7", headers: headers), key: key)
        let row = try await desk.lastRows().outcome
        #expect(row.attribution.agent == "support")
        #expect(row.attribution.turn == "7")
        #expect(row.detail["task"] == "refund")
    }

    @Test("baggage is percent-encoded and nothing else")
    func baggage() throws {
        let target = try RequestTarget("/v1/charges")
        let table: [(String, String?)] = [
            ("gen_ai.conversation.id=a+b", "a+b"), ("gen_ai.conversation.id=a%20b%2Cc", "a b,c"),
            ("gen_ai.conversation.id=a&b=c", "a&b=c"), ("gen_ai.conversation.id=%zz", nil),
            ("gen_ai.conversation.id=%+1", nil), ("gen_ai.conversation.id=%ff", nil), ("gen_ai.conversation.id=", nil),
            ("gen_ai.conversation.id", nil), ("a=b,,gen_ai.conversation.id=x", "x"), (",;=,", nil),
        ]
        for (header, expected) in table {
            let claims = Attributes(target: target, suffixes: [], headers: ["baggage": header], form: FormMap())
            #expect(claims.conversations.first?.value == expected, "\(header)")
        }
    }

    @Test(
        "the tag in a description",
        arguments: [
            ("[conv:abc]", "abc"), ("Order 7 [conv:a b] [conv:c]", "a b"), ("[conv:]", nil), ("[conv:abc", nil),
            ("[[conv:x]]", "x"), ("conv:abc", nil), ("", nil), ("[", nil), ("[conv:é]", "é"),
            ("[conv:" + String(repeating: "x", count: 201) + "]", nil),
        ])
    func tag(text: String, id: String?) {
        #expect(ConversationTag.first(in: text) == id)
    }
}
