import KeybrakeStripe
import Testing

@Suite("Amount rules")
struct AmountRuleTests {
    private let catalogue = Catalogue.shared

    private func rule(_ name: String) throws -> AmountRule {
        try #require(catalogue.operation(named: name)).amountRule
    }

    @Test("say where the request states the amount")
    func parameters() throws {
        let charge = try rule("POST /v1/charges")
        #expect(charge.sums == [[["amount"]]])
        #expect(charge.currency == ["currency"])
        #expect(charge.otherwise == .nobody)
        let capture = try rule("POST /v1/payment_intents/{intent}/capture")
        #expect(capture.sums == [[["amount_to_capture"]]])
        #expect(capture.currency == nil)
        #expect(capture.otherwise == .object)
        let grant = try rule("POST /v1/billing/credit_grants")
        #expect(grant.sums == [[["amount", "monetary", "value"]]])
        #expect(grant.currency == ["amount", "monetary", "currency"])
        let note = try rule("POST /v1/credit_notes")
        #expect(note.sums == [[["amount"]], [["credit_amount"], ["out_of_band_amount"], ["refund_amount"]]])
    }

    @Test("say how an amount is to be read")
    func readings() throws {
        #expect(try rule("POST /v1/payment_intents/{intent}/increment_authorization").reading == .total)
        #expect(try rule("POST /v1/customers/{customer}/balance_transactions").reading == .negative)
        #expect(try rule("POST /v1/refunds").reading == .plain)
    }

    @Test("say who knows the amount when the request does not")
    func sources() throws {
        #expect(try rule("POST /v1/subscriptions").otherwise == .preview)
        #expect(try rule("POST /v1/checkout/sessions").otherwise == .price)
        #expect(try rule("POST /v1/billing/meter_events").otherwise == .unbounded)
        #expect(try rule("POST /v1/issuing/cards").otherwise == .limit)
        #expect(try rule("POST /v2/billing/meter_events").otherwise == .unknown)
        #expect(try rule("GET /v1/charges") == .none)
    }

    @Test("say beside which parameters the stated amount is not the whole")
    func exceptions() throws {
        #expect(try rule("POST /v1/climate/orders").unless == [["metric_tons"]])
        #expect(try rule("POST /v1/invoiceitems").unless.contains(["quantity"]))
        #expect(try rule("POST /v1/charges").unless.isEmpty)
    }

    @Test("name parameters that the operations have")
    func existence() {
        for operation in catalogue.operations {
            for path in operation.amountRule.sums.joined() {
                #expect(operation.parameters.field(at: path)?.type == .integer, "\(operation) \(path)")
            }
            for path in operation.amountRule.unless {
                #expect(operation.parameters.field(at: path) != nil, "\(operation) \(path)")
            }
            if let path = operation.amountRule.currency {
                #expect(operation.parameters.field(at: path) != nil, "\(operation) \(path)")
            }
        }
    }

    @Test("leave no operation that moves money without a word about its amount")
    func coverage() {
        let moving: Set<MoneyClass> = [
            .charge, .capture, .authorise, .refund, .credit, .outflow, .inflow, .writeoff, .fee,
        ]
        for operation in catalogue.operations where moving.contains(operation.moneyClass) {
            let rule = operation.amountRule
            #expect(!rule.sums.isEmpty || rule.otherwise != .nobody, "\(operation)")
            #expect(operation.meter != .none, "\(operation)")
        }
    }
}
