import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct InvoiceTotalsTests {
    private func percent(_ text: String, _ id: String = "di_p", products: Set<String>? = nil) -> AppliedDiscount {
        AppliedDiscount(id: id, effect: .percent(Percentage(text) ?? Percentage(millionths: 0)), products: products)
    }

    private func off(_ amount: Int64, _ id: String = "di_a") -> AppliedDiscount {
        AppliedDiscount(id: id, effect: .amount(amount))
    }

    private func tax(_ text: String, inclusive: Bool = false, _ id: String = "txr") -> AppliedTax {
        AppliedTax(
            rate: id, rule: .percent(Percentage(text) ?? Percentage(millionths: 0)), isInclusive: inclusive)
    }

    @Test func `a share of the whole is spread without losing a cent`() {
        let totals = InvoiceTotals(
            [.init(amount: 333), .init(amount: 333), .init(amount: 333)], discounts: [percent("10")])
        #expect(totals.discountTotal == 100)
        #expect(totals.lines.map { $0.discounts[0].amount } == [34, 33, 33])
        #expect(totals.total == 899)
        #expect(totals.subtotal == 999)
    }

    @Test func `discounts see what the ones before them left`() {
        let both = InvoiceTotals([.init(amount: 10_000)], discounts: [percent("20"), off(1_000)])
        #expect(both.discounts.map(\.amount) == [2_000, 1_000])
        let turned = InvoiceTotals([.init(amount: 10_000)], discounts: [off(1_000), percent("20")])
        #expect(turned.discounts.map(\.amount) == [1_000, 1_800])
        var own = InvoiceTotals.Line(amount: 1_000)
        own.discounts = [percent("50", "di_line")]
        let first = InvoiceTotals([own, .init(amount: 500)], discounts: [percent("10")])
        #expect(first.subtotal == 1_000)
        #expect(first.discounts.map(\.amount) == [500, 100])
        #expect(first.total == 900)
    }

    @Test func `a discount takes no more than there is, and nothing from what it does not apply to`() {
        var fixed = InvoiceTotals.Line(amount: 700)
        fixed.isDiscountable = false
        let totals = InvoiceTotals([.init(amount: 300), fixed, .init(amount: -200)], discounts: [off(5_000)])
        #expect(totals.discountTotal == 300)
        #expect(totals.total == 500)
        var product = InvoiceTotals.Line(amount: 1_000)
        product.product = "prod_a"
        let limited = InvoiceTotals([product, .init(amount: 1_000)], discounts: [percent("30", products: ["prod_a"])])
        #expect(limited.lines.map(\.total) == [700, 1_000])
    }

    @Test func `taxes are rounded line by line`() {
        // The example of Stripe's help page on rounding.
        var first = InvoiceTotals.Line(amount: 43)
        var second = InvoiceTotals.Line(amount: 484)
        first.taxes = [tax("15")]
        second.taxes = [tax("15")]
        let totals = InvoiceTotals([first, second])
        #expect(totals.lines.map { $0.taxes[0].amount } == [6, 73])
        #expect(totals.exclusiveTaxTotal == 79)
        #expect(totals.total == 606)
        #expect(totals.taxes.map(\.taxable) == [527])
    }

    @Test func `inclusive taxes are inside, and never on each other`() {
        var line = InvoiceTotals.Line(amount: 60_000)
        line.taxes = [tax("10", inclusive: true)]
        let one = InvoiceTotals([line])
        #expect(one.total == 60_000)
        #expect(one.totalExcludingTax == 54_545)
        #expect(one.taxes[0].amount == 5_455)
        #expect(one.subtotalExcludingTax == 54_545)
        line.amount = 12_000
        line.taxes = [tax("10", inclusive: true, "a"), tax("10", inclusive: true, "b"), tax("5", "c")]
        let mixed = InvoiceTotals([line], discounts: [])
        #expect(mixed.taxes.map(\.amount) == [1_000, 1_000, 500])
        #expect(mixed.total == 12_500)
        #expect(mixed.totalExcludingTax == 10_000)
    }

    @Test func `what is discounted is not taxed`() {
        var line = InvoiceTotals.Line(amount: 1_000)
        line.taxes = [tax("7.25")]
        let totals = InvoiceTotals([line], discounts: [percent("50")])
        #expect(totals.taxes[0].amount == 36)
        #expect(totals.total == 536)
        line.amount = -1_000
        #expect(InvoiceTotals([line]).total == -1_073)
    }

    @Test(arguments: [
        ("7.25", 72_500, "7.25"), ("20", 200_000, "20"), ("33.3330", 333_330, "33.333"), ("0", 0, "0"),
        ("0.0001", 1, "0.0001"),
    ])
    func `percentages are whole numbers inside`(text: String, millionths: Int64, written: String) {
        #expect(Percentage(text)?.millionths == millionths)
        #expect(Percentage(text).map { String(decoding: JSONWriter.bytes($0.json), as: UTF8.self) } == written)
    }

    @Test func `odd numbers are refused or bounded`() {
        for text in ["", "-1", "1e2", "1.00001", "12345678901234567890", "."] { #expect(Percentage(text) == nil) }
        #expect(Share.of(.max, .max, per: 1) == AmountLimits.objectMax)
        #expect(Share.of(-5, 1, per: 2) == -3)
        #expect(Share.split(10, by: [0, 0]) == [0, 0])
        #expect(Share.split(-10, by: [1, 1, 1]) == [-4, -3, -3])
        #expect(DecimalProduct.of("0.000000000001", "1000000000000") == 1)
        #expect(DecimalProduct.of("999999999999999999", "999999999999999999") == nil)
        #expect(DecimalProduct.of("-2.5", "1") == -3)
        #expect(DecimalProduct.of("x", "1") == nil)
    }
}
