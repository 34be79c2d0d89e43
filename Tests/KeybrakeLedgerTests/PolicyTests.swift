import KeybrakeStripe
import Testing

@testable import KeybrakeLedger

@Suite struct PolicyTests {
    @Test func theCanonicalBodyIsOneTextForOnePolicy() throws {
        let policy = try Policy(
            dailyCap: .usdCents(10_00), perCallMaxUSDCents: 5,
            allowedOperations: ["POST /v1/refunds", "GET *", "POST /v1/refunds"], customers: ["cus_2", "cus_1"])
        #expect(
            policy.canonicalBody == """
                {"daily_cap_usd":"10.00","per_call_max_usd":"0.05","allowed_operations":["GET *","POST /v1/refunds"],\
                "customers":["cus_1","cus_2"]}
                """)
        #expect(try Policy(body: policy.canonicalBody) == policy)
        #expect(policy.hash.count == 64)
    }

    @Test func theSamePolicyWrittenDifferentlyHasTheSameHash() throws {
        let written = try Policy(
            body: #"{"allowed_operations": ["GET *", "GET *"], "daily_cap_usd": "10", "per_call_max_usd": null}"#)
        let made = try Policy(dailyCap: .usdCents(10_00), allowedOperations: ["GET *"])
        #expect(written.hash == made.hash)
        let other = try Policy(dailyCap: .usdCents(10_01), allowedOperations: ["GET *"])
        #expect(other.hash != made.hash)
    }

    @Test func unlimitedAndZeroAreTwoThings() throws {
        let none = try Policy(body: #"{"daily_cap_usd": "unlimited", "allowed_operations": []}"#)
        let zero = try Policy(body: #"{"daily_cap_usd": "0", "allowed_operations": []}"#)
        #expect(none.dailyCap == .unlimited)
        #expect(zero.dailyCap == .usdCents(0))
        #expect(none.hash != zero.hash)
    }

    @Test(
        arguments: [
            (#"{"allowed_operations": []}"#, "daily_cap_usd"),
            (#"{"daily_cap_usd": "1"}"#, "allowed_operations"),
            (#"{"daily_cap_usd": 10, "allowed_operations": []}"#, "daily_cap_usd"),
            (#"{"daily_cap_usd": "-1", "allowed_operations": []}"#, "daily_cap_usd"),
            (#"{"daily_cap_usd": "1.001", "allowed_operations": []}"#, "daily_cap_usd"),
            (#"{"daily_cap_usd": "1e3", "allowed_operations": []}"#, "daily_cap_usd"),
            (#"{"daily_cap_usd": "99999999999999999999", "allowed_operations": []}"#, "daily_cap_usd"),
            (#"{"daily_cap_usd": null, "allowed_operations": []}"#, "daily_cap_usd"),
            (#"{"daily_cap_usd": "1", "per_call_max_usd": "unlimited", "allowed_operations": []}"#, "per_call_max_usd"),
            (#"{"daily_cap_usd": "1", "per_call_max_usd": 5, "allowed_operations": []}"#, "per_call_max_usd"),
            (#"{"daily_cap_usd": "1", "allowed_operations": "GET *"}"#, "allowed_operations"),
            (#"{"daily_cap_usd": "1", "allowed_operations": [1]}"#, "allowed_operations"),
            (#"{"daily_cap_usd": "1", "allowed_operations": null}"#, "allowed_operations"),
            (#"{"daily_cap_usd": "1", "allowed_operations": [], "customers": [""]}"#, "customers"),
            (#"{"daily_cap_usd": "1", "allowed_operations": [], "customers": ["cus 1"]}"#, "customers"),
            (#"{"daily_cap_usd": "1", "allowed_operations": [], "daily_cap": "1"}"#, "daily_cap"),
        ])
    func amistakeIsNamed(body: String, member: String) {
        #expect { try Policy(body: body) } throws: { error in
            (error as? PolicyFailure)?.member == member
        }
    }

    @Test(arguments: ["", "[]", "{", "null", #""x""#])
    func whatIsNoObjectIsNoPolicy(body: String) {
        #expect { try Policy(body: body) } throws: { ($0 as? PolicyFailure)?.member == nil }
    }

    @Test(arguments: [
        "GET *", "POST /v1/charges", "POST /v1/charges/{charge}/capture", "DELETE /v1/*", "GET /v2/core/*",
    ])
    func patterns(pattern: String) throws {
        #expect(try Policy(dailyCap: .unlimited, allowedOperations: [pattern]).allowedOperations == [pattern])
    }

    @Test(
        arguments: [
            "", "*", "POST *", "post /v1/charges", "PUT /v1/charges", "POST/v1/charges", "POST  /v1/charges",
            "POST v1/charges", "POST /v1/*/capture", "POST /v1/charges ", "POST /charges", "POST /v1/charges\n",
        ])
    func patternsThatCanMatchNothingAreRefused(pattern: String) {
        #expect { try Policy(dailyCap: .unlimited, allowedOperations: [pattern]) } throws: {
            ($0 as? PolicyFailure)?.member == "allowed_operations"
        }
    }

    @Test func listsHaveLimits() {
        let customers = (0...Policy.customersMax).map { "cus_\($0)" }
        #expect(throws: PolicyFailure.self) {
            try Policy(dailyCap: .unlimited, allowedOperations: [], customers: customers)
        }
        let operations = (0...Policy.operationsMax).map { "GET /v1/\($0)" }
        #expect(throws: PolicyFailure.self) { try Policy(dailyCap: .unlimited, allowedOperations: operations) }
    }
}
