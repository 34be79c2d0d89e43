import KeybrakeStripe
import Testing

@Suite("Stripe error")
struct StripeErrorTests {
    @Test("writes its members as an object under error")
    func body() {
        var error = StripeError(
            status: 402, kind: .card, code: "card_declined", message: "Your card was declined.", param: "source",
            declineCode: "generic_decline", docURL: "https://stripe.com/docs", details: ["charge": "ch_1"])
        #expect(
            JSONWriter.text(error.json)
                == #"{"error":{"code":"card_declined","decline_code":"generic_decline","#
                + #""doc_url":"https://stripe.com/docs","message":"Your card was declined.","#
                + #""param":"source","charge":"ch_1","type":"card_error"}}"#
        )
        error = .invalid("No such charge: 'x'", param: "id", code: "resource_missing")
        #expect(error.status == 400)
        #expect(
            String(decoding: error.body, as: UTF8.self) == """
                {
                  "error": {
                    "code": "resource_missing",
                    "message": "No such charge: 'x'",
                    "param": "id",
                    "type": "invalid_request_error"
                  }
                }
                """)
    }
}
