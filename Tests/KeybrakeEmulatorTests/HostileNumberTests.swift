import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Numbers near the end of 64 bits are refused or bounded; none of them stops the emulator.
@Suite struct HostileNumberTests {
    private static let max = "9223372036854775807"

    @Test(arguments: [
        ("/v1/topups", "amount=\(max)&currency=usd", "amount"),
        ("/v1/customers", "balance=\(max)", "balance"),
        ("/v1/customers", "balance=-\(max)", "balance"),
        ("/v1/customers", "next_invoice_sequence=\(max)", "next_invoice_sequence"),
        ("/v1/invoiceitems", "customer=cus_test_fixture&amount=\(max)&currency=usd", "amount"),
        ("/v1/invoiceitems", "customer=cus_test_fixture&amount=1&currency=usd&quantity=\(max)", "quantity"),
        ("/v1/invoices", "customer=cus_test_fixture&days_until_due=\(max)", "days_until_due"),
        ("/v1/prices", "product_data[name]=A&currency=usd&unit_amount=\(max)", "unit_amount"),
        (
            "/v1/prices",
            "product_data[name]=A&currency=usd&unit_amount=1&recurring[interval]=month"
                + "&recurring[interval_count]=\(max)",
            "recurring[interval_count]"
        ),
        ("/v1/charges", "amount=\(max)&currency=usd&source=tok_visa", "amount"),
        ("/v1/payouts", "amount=-\(max)&currency=usd", "amount"),
    ])
    func `a number out of range is named`(path: String, form: String, param: String) {
        let refused = Bench().post(path, form)
        #expect(refused.status == 400)
        #expect(refused.param == param)
    }

    @Test func `a dear subscription is refused by the charge, not by the arithmetic`() {
        let bench = Bench()
        let price = bench.post(
            "/v1/prices",
            "currency=usd&unit_amount=999999999999&recurring[interval]=day&product_data[name]=A"
        ).id
        let made = bench.post(
            "/v1/subscriptions", "customer=cus_test_fixture&items[0][price]=\(price)&items[0][quantity]=999999999")
        #expect(made["status"] == "incomplete")
        #expect(
            bench.post(
                "/v1/subscriptions", "customer=cus_test_fixture&items[0][price]=\(price)&trial_period_days=\(Self.max)"
            )
            .param == "trial_period_days")
        let seed = #"{"object":"charge","id":"ch_1","amount":9223372036854775807}"#
        #expect(throws: EmulatorHost.Failure.self) {
            try bench.host.seed(world: "w", lines: Array(seed.utf8), atUnixSeconds: bench.now)
        }
    }

    @Test func `every operation survives the largest numbers`() {
        let bench = Bench()
        for operation in Catalogue.shared.operations where operation.verb == .post {
            var call = PlainUse.call(operation)
            var fields = call.form.fields
            for field in operation.parameters.fields where !field.isRequired {
                switch field.type {
                case .integer, .unixTime: fields.append(.init(name: field.name, value: .text(Self.max)))
                default: continue
                }
            }
            call.form = FormMap(
                fields.map { field in
                    guard Int64(field.value.text ?? "") != nil else { return field }
                    return .init(name: field.name, value: .text(Self.max))
                })
            let answer = bench.host.handle(call, world: "w", atUnixSeconds: bench.now)
            #expect(!answer.body.isEmpty || answer.status == 200, "\(operation.name)")
        }
    }
}
