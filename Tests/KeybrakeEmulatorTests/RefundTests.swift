import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct RefundTests {
    @Test func `no more comes back than was taken`() {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=2000&currency=usd&source=tok_visa")
        let first = bench.post("/v1/refunds", "charge=\(charge.id)&amount=1500&reason=requested_by_customer")
        #expect(first["status"] == "succeeded")
        #expect(first["amount"] == 1500)
        #expect(first["reason"] == "requested_by_customer")
        let over = bench.post("/v1/refunds", "charge=\(charge.id)&amount=1500")
        #expect(over.status == 400)
        #expect(over.param == "amount")
        #expect(
            over.message == "Refund amount ($15.00) is greater than unrefunded amount on charge ($5.00)")
        #expect(bench.get("/v1/charges/\(charge.id)")["amount_refunded"] == 1500)
        let rest = bench.post("/v1/refunds", "charge=\(charge.id)")
        #expect(rest["amount"] == 500)
        #expect(bench.get("/v1/charges/\(charge.id)")["refunded"] == true)
        let none = bench.post("/v1/refunds", "charge=\(charge.id)")
        #expect(none.code == "charge_already_refunded")
        #expect(none.message == "Charge \(charge.id) has already been refunded.")
        #expect(bench.get("/v1/refunds", "charge=\(charge.id)").ids == [rest.id, first.id])
    }

    @Test func `a refund gives the amount back but not the fee`() {
        let bench = Bench()
        let intent = bench.post(
            "/v1/payment_intents", "amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true")
        let refund = bench.post("/v1/refunds", "payment_intent=\(intent.id)")
        #expect(refund["payment_intent"]?.stringValue == intent.id)
        let transaction = bench.get("/v1/balance_transactions/\(refund["balance_transaction"]?.stringValue ?? "")")
        #expect(transaction["type"] == "refund")
        #expect(transaction["amount"] == -2000)
        #expect(transaction["fee"] == 0)
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == -88)
        #expect(bench.get("/v1/payment_intents/\(intent.id)")["status"] == "succeeded")
    }

    @Test func `what was not paid cannot be refunded`() {
        let bench = Bench()
        #expect(bench.post("/v1/refunds").code == "parameter_missing")
        #expect(bench.post("/v1/refunds", "charge=ch_nope").code == "resource_missing")
        let failed = bench.post("/v1/charges", "amount=2000&currency=usd&source=tok_chargeDeclined")
        let charge = failed.error?["charge"]?.stringValue ?? ""
        #expect(bench.post("/v1/refunds", "charge=\(charge)").status == 400)
        let intent = bench.post("/v1/payment_intents", "amount=2000&currency=usd")
        #expect(
            bench.post("/v1/refunds", "payment_intent=\(intent.id)").code == "payment_intent_unexpected_state")
    }

    @Test func `a late refund succeeds when its time comes, or is cancelled before`() throws {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=2000&currency=usd&source=tok_pendingRefund")
        let late = bench.post("/v1/refunds", "charge=\(charge.id)&amount=800")
        #expect(late["status"] == "pending")
        let other = bench.post("/v1/refunds", "charge=\(charge.id)&amount=700")
        #expect(bench.post("/v1/refunds/\(other.id)/cancel")["status"] == "canceled")
        _ = try bench.host.advanceClock(world: "w", bySeconds: 60, atUnixSeconds: bench.now)
        #expect(bench.get("/v1/refunds/\(late.id)")["status"] == "succeeded")
        #expect(bench.get("/v1/refunds/\(other.id)")["status"] == "canceled")
        #expect(bench.get("/v1/charges/\(charge.id)")["amount_refunded"] == 800)
        #expect(bench.post("/v1/refunds/\(late.id)/cancel").status == 400)
    }

    @Test func `a refund that fails puts the money back`() throws {
        let bench = Bench()
        let charge = bench.post("/v1/charges", "amount=2000&currency=usd&source=tok_refundFail")
        let refund = bench.post("/v1/refunds", "charge=\(charge.id)")
        #expect(refund["status"] == "succeeded")
        _ = try bench.host.advanceClock(world: "w", bySeconds: 60, atUnixSeconds: bench.now)
        let failed = bench.get("/v1/refunds/\(refund.id)")
        #expect(failed["status"] == "failed")
        #expect(failed["failure_reason"] == "expired_or_canceled_card")
        #expect(bench.get("/v1/charges/\(charge.id)")["refunded"] == false)
        #expect(bench.get("/v1/balance")["pending"]?.arrayValue?.first?["amount"] == 1912)
    }
}
