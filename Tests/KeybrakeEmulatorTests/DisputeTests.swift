import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct DisputeTests {
    private func disputed(_ bench: Bench, _ token: String = "tok_createDispute") -> (charge: String, dispute: String) {
        let charge = bench.post("/v1/charges", "amount=5000&currency=usd&source=\(token)").id
        return (charge, bench.get("/v1/disputes", "charge=\(charge)").ids.first ?? "")
    }

    private func net(_ bench: Bench) -> Int64 {
        let balance = bench.get("/v1/balance")
        return ["available", "pending"].reduce(0) { sum, name in
            sum + (balance[name]?.arrayValue?.first?["amount"]?.integerValue ?? 0)
        }
    }

    @Test func `a disputed charge loses its money, with a fee`() {
        let bench = Bench()
        let (charge, id) = disputed(bench)
        let dispute = bench.get("/v1/disputes/\(id)")
        #expect(dispute["status"] == "needs_response")
        #expect(dispute["reason"] == "fraudulent")
        #expect(dispute["amount"] == 5_000)
        #expect(ShapeFit.misfits(dispute.body, .resource("dispute")) == [])
        #expect(bench.get("/v1/charges/\(charge)")["disputed"] == true)
        #expect(bench.get("/v1/charges/\(charge)/dispute").id == id)
        #expect(net(bench) == 5_000 - 175 - 5_000 - 1_500)
        #expect(bench.post("/v1/refunds", "charge=\(charge)").code == "charge_disputed")
        let types = bench.get("/v1/events", "type=charge.dispute.*").body["data"]?.arrayValue?.compactMap { $0["type"] }
        #expect(types == ["charge.dispute.funds_withdrawn", "charge.dispute.created"])
    }

    @Test func `winning evidence brings the money back`() {
        let bench = Bench()
        let (charge, id) = disputed(bench)
        let won = bench.post("/v1/disputes/\(id)", "evidence[uncategorized_text]=winning_evidence&metadata[a]=b")
        #expect(won["status"] == "won")
        #expect(won["metadata"] == ["a": "b"])
        #expect(won["evidence_details"]?["submission_count"] == 1)
        #expect(won["balance_transactions"]?.arrayValue?.count == 2)
        #expect(net(bench) == 5_000 - 175 - 1_500)
        #expect(bench.post("/v1/disputes/\(id)", "evidence[uncategorized_text]=x").status == 400)
        #expect(bench.post("/v1/refunds", "charge=\(charge)").status == 200)
    }

    @Test func `losing evidence, closing and silence lose`() {
        var bench = Bench()
        let (_, first) = disputed(bench)
        #expect(bench.post("/v1/disputes/\(first)", "evidence[uncategorized_text]=losing_evidence")["status"] == "lost")
        let (_, second) = disputed(bench)
        #expect(bench.post("/v1/disputes/\(second)/close")["status"] == "lost")
        #expect(bench.post("/v1/disputes/\(second)/close").status == 400)
        let (_, third) = disputed(bench, "tok_createDisputeProductNotReceived")
        let staged = bench.post("/v1/disputes/\(third)", "evidence[uncategorized_text]=x&submit=false")
        #expect(staged["status"] == "needs_response")
        bench.now += Disputes.responseSeconds
        #expect(bench.get("/v1/disputes/\(third)")["status"] == "lost")
        #expect(net(bench) == 3 * (5_000 - 175 - 5_000 - 1_500))
    }

    @Test func `an inquiry moves no money, and a warning is only a warning`() {
        let bench = Bench()
        let (charge, id) = disputed(bench, "tok_createDisputeInquiry")
        #expect(bench.get("/v1/disputes/\(id)")["status"] == "warning_needs_response")
        #expect(net(bench) == 5_000 - 175)
        #expect(bench.post("/v1/refunds", "charge=\(charge)").status == 200)
        let (warned, none) = disputed(bench, "tok_createIssuerFraudRecord")
        #expect(none == "")
        #expect(bench.get("/v1/radar/early_fraud_warnings", "charge=\(warned)").ids.count == 1)
    }
}
