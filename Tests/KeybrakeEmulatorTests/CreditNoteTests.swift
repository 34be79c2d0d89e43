import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct CreditNoteTests {
    private static let customer = "cus_test_fixture"

    /// An open invoice over 3 × 10.00 and 5.00, with a fifth off and 10 % tax on top: 30.80 in all.
    private func invoice(_ bench: Bench, paid: Bool = false) -> Bench.Answer {
        let price = bench.post("/v1/prices", "currency=usd&unit_amount=1000&product_data[name]=A").id
        let rate = bench.post("/v1/tax_rates", "display_name=VAT&percentage=10&inclusive=false").id
        let coupon = bench.post("/v1/coupons", "percent_off=20").id
        _ = bench.post("/v1/invoiceitems", "customer=\(Self.customer)&pricing[price]=\(price)&quantity=3")
        _ = bench.post("/v1/invoiceitems", "customer=\(Self.customer)&amount=500&currency=usd&description=Rest")
        let draft = bench.post(
            "/v1/invoices",
            "customer=\(Self.customer)&pending_invoice_items_behavior=include&default_tax_rates[]=\(rate)"
                + "&discounts[0][coupon]=\(coupon)")
        return bench.post("/v1/invoices/\(draft.id)/\(paid ? "pay" : "finalize")")
    }

    private func lines(_ invoice: Bench.Answer) -> [String] {
        invoice["lines"]?["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
    }

    private func line(_ id: String, _ rest: String) -> String {
        "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=\(id)&\(rest)"
    }

    @Test func `before payment a credit note reduces what is due`() {
        let bench = Bench()
        let open = invoice(bench)
        #expect(open["total"] == 3_080)
        let note = bench.post(
            "/v1/credit_notes",
            "invoice=\(open.id)&memo=Sorry&reason=order_change&" + line(lines(open)[0], "lines[0][quantity]=1"))
        #expect(ShapeFit.misfits(note.body, .resource("credit_note")) == [])
        #expect(note["type"] == "pre_payment")
        #expect(note["subtotal"] == 1_000)
        #expect(note["discount_amount"] == 200)
        #expect(note["total"] == 880)
        #expect(note["total_excluding_tax"] == 800)
        #expect(note["number"] == .string("\(open["number"]?.stringValue ?? "")-CN-01"))
        let reduced = bench.get("/v1/invoices/\(open.id)")
        #expect(reduced["amount_due"] == 2_200)
        #expect(reduced["amount_remaining"] == 2_200)
        #expect(reduced["pre_payment_credit_notes_amount"] == 880)
        #expect(reduced["total"] == 3_080)
        #expect(bench.get("/v1/payment_intents")["data"]?.arrayValue?.first?["amount"] == 2_200)
        let listed = bench.get("/v1/credit_notes/\(note.id)/lines")
        #expect(listed["data"]?.arrayValue?.first?["amount"] == 1_000)
        let voided = bench.post("/v1/credit_notes/\(note.id)/void")
        #expect(voided["status"] == "void")
        #expect(voided["voided_at"] == .integer(bench.now))
        #expect(bench.get("/v1/invoices/\(open.id)")["amount_due"] == 3_080)
        #expect(bench.post("/v1/credit_notes/\(note.id)/void").status == 400)
        #expect(bench.post("/v1/invoices/\(open.id)/pay")["amount_paid"] == 3_080)
        #expect(bench.get("/v1/events", "type=credit_note.voided").ids.count == 1)
    }

    @Test func `an invoice that is credited whole is paid`() {
        let bench = Bench()
        let open = invoice(bench)
        let note = bench.post("/v1/credit_notes", "invoice=\(open.id)&amount=3080")
        #expect(note["pre_payment_amount"] == 3_080)
        let paid = bench.get("/v1/invoices/\(open.id)")
        #expect(paid["status"] == "paid")
        #expect(paid["amount_paid"] == 0)
        #expect(bench.get("/v1/payment_intents")["data"]?.arrayValue?.first?["status"] == "canceled")
        #expect(bench.get("/v1/charges").ids.isEmpty)
    }

    @Test func `after payment the money goes back somewhere`() {
        let bench = Bench()
        let paid = invoice(bench, paid: true)
        let base = "invoice=\(paid.id)&amount=1000"
        #expect(bench.post("/v1/credit_notes", base).status == 400)
        #expect(bench.post("/v1/credit_notes", "\(base)&refund_amount=900").status == 400)
        let note = bench.post(
            "/v1/credit_notes", "\(base)&refund_amount=600&credit_amount=300&out_of_band_amount=100")
        #expect(ShapeFit.misfits(note.body, .resource("credit_note")) == [])
        #expect(note["type"] == "post_payment")
        #expect(note["post_payment_amount"] == 1_000)
        #expect(note["out_of_band_amount"] == 100)
        #expect(bench.get("/v1/customers/\(Self.customer)")["balance"] == -300)
        let transaction = note["customer_balance_transaction"]?.stringValue ?? ""
        let path = "/v1/customers/\(Self.customer)/balance_transactions/\(transaction)"
        #expect(bench.get(path)["credit_note"] == .string(note.id))
        let refund = note["refunds"]?.arrayValue?.first?["refund"]?.stringValue ?? ""
        #expect(bench.get("/v1/refunds/\(refund)")["amount"] == 600)
        #expect(bench.get("/v1/invoices/\(paid.id)")["post_payment_credit_notes_amount"] == 1_000)
        #expect(bench.get("/v1/invoices/\(paid.id)")["amount_paid"] == 3_080)
        #expect(bench.post("/v1/credit_notes/\(note.id)/void").status == 400)
        let linked = bench.post("/v1/credit_notes", "invoice=\(paid.id)&amount=600&refunds[0][refund]=\(refund)")
        #expect(linked["refunds"]?.arrayValue?.first?["amount_refunded"] == 600)
        #expect(bench.get("/v1/refunds").ids.count == 1)
        let greedy = bench.post("/v1/credit_notes", "invoice=\(paid.id)&amount=1480&refund_amount=1480")
        #expect(greedy.status == 200)
        #expect(bench.post("/v1/credit_notes", "invoice=\(paid.id)&amount=1&credit_amount=1").param == "amount")
    }

    @Test func `nothing is credited twice, and nothing is left by rounding`() {
        let bench = Bench()
        let open = invoice(bench)
        let first = lines(open)[0]
        let thirds = [333, 333, 334].map { amount in
            bench.post("/v1/credit_notes", "invoice=\(open.id)&" + line(first, "lines[0][amount]=\(amount * 3)"))
        }
        #expect(thirds.map(\.status) == [200, 200, 200])
        let totals = thirds.reduce(0) { $0 + ($1["total"]?.integerValue ?? 0) }
        #expect(totals == 2_640)
        let more = bench.post("/v1/credit_notes", "invoice=\(open.id)&" + line(first, "lines[0][amount]=1"))
        #expect(more.param == "lines[0][amount]")
        #expect(bench.get("/v1/invoices/\(open.id)")["amount_remaining"] == 440)
        #expect(bench.post("/v1/credit_notes", "invoice=\(open.id)&amount=441").param == "amount")
        let both = bench.post(
            "/v1/credit_notes",
            "invoice=\(open.id)&" + line(lines(open)[1], "lines[0][amount]=300")
                + "&lines[1][type]=invoice_line_item&lines[1][invoice_line_item]=\(lines(open)[1])&lines[1][amount]=201"
        )
        #expect(both.param == "lines[1][amount]")
        let unknown = bench.post("/v1/credit_notes", "invoice=\(open.id)&" + line("il_none", "lines[0][amount]=1"))
        #expect(unknown.param == "lines[0][invoice_line_item]")
        #expect(bench.post("/v1/credit_notes", "invoice=\(open.id)").code == "parameter_missing")
        let draft = bench.post("/v1/invoices", "customer=\(Self.customer)").id
        #expect(bench.post("/v1/credit_notes", "invoice=\(draft)&amount=5").param == "invoice")
    }

    @Test func `a preview issues nothing`() {
        let bench = Bench()
        let open = invoice(bench)
        let query =
            "invoice=\(open.id)&lines[0][type]=custom_line_item&lines[0][unit_amount]=250&lines[0][quantity]=2"
            + "&lines[0][description]=Delay"
        let preview = bench.get("/v1/credit_notes/preview", query)
        #expect(preview["total"] == 500)
        #expect(ShapeFit.misfits(preview.body, .resource("credit_note")) == [])
        let lines = bench.get("/v1/credit_notes/preview/lines", query)
        #expect(lines["data"]?.arrayValue?.first?["unit_amount"] == 250)
        #expect(bench.get("/v1/credit_notes").ids.isEmpty)
        #expect(bench.get("/v1/invoices/\(open.id)")["amount_due"] == 3_080)
        #expect(bench.post("/v1/credit_notes", query).status == 200)
        #expect(bench.get("/v1/credit_notes", "invoice=\(open.id)").ids.count == 1)
        let made = bench.get("/v1/credit_notes").ids[0]
        #expect(bench.post("/v1/credit_notes/\(made)", "memo=Later&metadata[a]=b")["memo"] == "Later")
    }
}
