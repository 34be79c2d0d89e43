import KeybrakeStripe
import Testing

@testable import KeybrakeLedger

@Suite struct AuditEntryTests {
    @Test func theJSONHasTheColumnsThatAreThere() async throws {
        let store = MemoryLedgerStore()
        store.record(
            RecordedCall(
                requestID: "req_1", atMicroseconds: 5, endedAtMicroseconds: 6, keyID: "k", operation: "GET /v1/charges",
                mode: "live", refusal: "operation_not_allowed", clientStatus: 403, meter: "charge",
                money: Money(minorUnits: 5, currency: .usd), usdCents: 5, detail: ["x": [1]]))
        let lines = try await store.auditEntries(after: 0, limit: 9).map { JSONWriter.text(.object($0.json)) }
        #expect(
            lines == [
                """
                {"seq":1,"at_us":5,"kind":"intent","request_id":"req_1","key_id":"k","operation":"GET /v1/charges",\
                "mode":"live","decision":"refused","refusal":"operation_not_allowed","meter":"charge","amount":5,\
                "currency":"usd","usd_cents":5,"detail":{"x":[1]}}
                """,
                """
                {"seq":2,"at_us":6,"kind":"outcome","request_id":"req_1","key_id":"k","operation":"GET /v1/charges",\
                "mode":"live","decision":"refused","refusal":"operation_not_allowed","status":403,"ending":"none",\
                "meter":"charge","amount":5,"currency":"usd","usd_cents":5,"detail":{"x":[1]}}
                """,
            ])
    }
}
