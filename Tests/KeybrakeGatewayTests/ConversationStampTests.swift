import KeybrakeStripe
import Testing

@testable import KeybrakeGateway

/// What the proxy adds to a forwarded call, and when it adds nothing.
@Suite struct ConversationStampTests {
    private func stamped(_ form: String, _ operation: String = "POST /v1/charges", _ conversation: String? = "c-1")
        throws -> String
    {
        let operation = try #require(Catalogue.shared.operation(named: operation))
        let form = ConversationStamp.stamped(try FormDecoder.decode(form), operation, conversation: conversation)
        return String(decoding: FormEncoder.encode(form), as: UTF8.self)
    }

    @Test func `what is created says whose it is`() throws {
        #expect(try stamped("amount=5") == "amount=5&metadata[keybrake_conversation]=c-1")
        #expect(
            try stamped("metadata[order]=7&amount=5")
                == "metadata[order]=7&metadata[keybrake_conversation]=c-1&amount=5")
    }

    @Test func `a client cannot write another conversation there`() throws {
        #expect(
            try stamped("metadata[keybrake_conversation]=c-2") == "metadata[keybrake_conversation]=c-1")
    }

    @Test func `what says it already is left as it is`() throws {
        #expect(try stamped("metadata[conversation_id]=c-1") == "metadata[conversation_id]=c-1")
    }

    @Test func `nothing is added to updates, reads, calls without a conversation and calls without metadata`() throws {
        #expect(try stamped("description=x", "POST /v1/charges/{charge}") == "description=x")
        #expect(try stamped("limit=3", "GET /v1/charges") == "limit=3")
        #expect(try stamped("amount=5", "POST /v1/charges", nil) == "amount=5")
        #expect(try stamped("card[number]=1", "POST /v1/tokens") == "card[number]=1")
    }

    @Test func `nothing is added where there is no place`() throws {
        let full = (0..<50).map { "metadata[k\($0)]=v" }.joined(separator: "&")
        #expect(try stamped(full) == full)
        #expect(try stamped("metadata=") == "metadata=")
        #expect(try stamped("amount=5", "POST /v1/charges", String(repeating: "c", count: 501)) == "amount=5")
    }
}
