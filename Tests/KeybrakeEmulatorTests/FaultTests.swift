import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct FaultTests {
    private let host = EmulatorHost(configuration: .standard)

    private func post(_ fault: String?, key: String? = nil) -> EmulatorAnswer {
        guard let match = Catalogue.shared.operation(verb: .post, path: "/v1/customers") else {
            Issue.record("no operation")
            return EmulatorAnswer(status: 0, headers: [], body: [], layer: .state)
        }
        let call = EmulatorCall(
            match: match, form: ["name": "A"], idempotencyKey: key, faultHeader: fault, requestID: "req_f")
        return host.handle(call, world: "w", atUnixSeconds: Bench.start)
    }

    private func customers() -> Int {
        guard let match = Catalogue.shared.operation(verb: .get, path: "/v1/customers") else { return -1 }
        let answer = host.handle(EmulatorCall(match: match, requestID: "req"), world: "w", atUnixSeconds: Bench.start)
        return (try? JSONParser.parse(answer.body))?["data"]?.arrayValue?.count ?? -1
    }

    private func header(_ name: String, _ answer: EmulatorAnswer) -> String? {
        answer.headers.first { $0.name == name }?.value
    }

    @Test func `an error comes instead of the call`() {
        let before = customers()
        let failed = post("status=500;should_retry=true")
        #expect(failed.status == 500)
        #expect(header("Stripe-Should-Retry", failed) == "true")
        let limited = post("status=429;reason=global-rate")
        #expect(limited.status == 429)
        #expect(header("Stripe-Rate-Limited-Reason", limited) == "global-rate")
        #expect((try? JSONParser.parse(limited.body))?["error"]?["code"] == "rate_limit")
        let locked = post("status=409;code=lock_timeout")
        #expect((try? JSONParser.parse(locked.body))?["error"]?["code"] == "lock_timeout")
        #expect(post("reset").delivery?.ending == .reset)
        #expect(customers() == before)
    }

    @Test func `what was committed before a time-out is there, and its key answers with it`() {
        let before = customers()
        let lost = post("timeout_after_commit;delay_ms=50", key: "k")
        #expect(lost.delivery == .init(delayMilliseconds: 50, ending: .reset))
        #expect(customers() == before + 1)
        let again = post(nil, key: "k")
        #expect(again.status == 200)
        #expect(header("Idempotent-Replayed", again) == "true")
        #expect(customers() == before + 1)
        #expect(post("status=500;after_commit").status == 500)
        #expect(customers() == before + 2)
    }

    @Test func `bodies come truncated, late or slowly`() {
        #expect(post("truncate=100").delivery?.ending == .truncated(bodyBytes: 100))
        #expect(post("delay_ms=7").delivery == .init(delayMilliseconds: 7))
        let slow = post("slow_ms=2000")
        #expect(slow.delivery?.bodyBytesPerSecond == slow.body.count / 2)
        #expect(post("delay_ms=0").delivery == nil)
    }

    @Test(arguments: [
        "", "nonsense", "status=200", "status=600", "status=x", "status", "reason=global-rate", "status=429;reason=x",
        "status=500;status=500", "reset;truncate=5", "reset;status=500", "truncate=-1", "delay_ms=600001",
        "code=x", "status=500;code=X", "after_commit", "should_retry=yes", "status=500; reset", "delay_ms=",
    ])
    func `a header that says something else is refused`(header: String) {
        let refused = post(header)
        #expect(refused.status == 400)
        #expect(refused.delivery == nil)
    }
}
