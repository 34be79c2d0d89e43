internal import KeybrakeStripe

/// What priced lines come to after discounts and taxes: the one computation behind invoices, previews, credit notes,
/// Checkout and quotes.
///
/// A line's own discounts come first, then those of the whole, each on what the ones before it left. Taxes are computed
/// line by line on what is left then, rounded half away from zero, and never on each other.
///
///     Σ amount − Σ discounts + Σ exclusive taxes = total
struct InvoiceTotals: Sendable, Equatable {
    /// A line before anything is taken off or added.
    struct Line: Sendable {
        /// Quantity × price in smallest units, inclusive taxes inside; negative on credits.
        var amount: Int64
        var isDiscountable = true
        var product: String?
        /// Its own discounts, in their order.
        var discounts: [AppliedDiscount] = []
        var taxes: [AppliedTax] = []
    }

    /// What one discount takes off.
    struct DiscountAmount: Sendable, Equatable {
        let discount: String
        var amount: Int64
    }

    /// What one tax comes to.
    struct TaxAmount: Sendable, Equatable {
        let tax: AppliedTax
        var amount: Int64
        /// Without any tax.
        var taxable: Int64
    }

    /// A line with what was taken off and added.
    struct LineTotals: Sendable, Equatable {
        let amount: Int64
        fileprivate(set) var discounts: [DiscountAmount] = []
        fileprivate(set) var taxes: [TaxAmount] = []
        /// After its own discounts.
        fileprivate(set) var subtotal: Int64
        /// Of the subtotal.
        fileprivate(set) var inclusiveTaxOfSubtotal: Int64 = 0

        var discounted: Int64 { amount - discounts.reduce(0) { $0 + $1.amount } }
        /// With all discounts and taxes.
        var total: Int64 { discounted + taxes.reduce(0) { $0 + ($1.tax.isInclusive ? 0 : $1.amount) } }
    }

    private(set) var lines: [LineTotals]
    /// Per discount, over all lines.
    private(set) var discounts: [DiscountAmount] = []
    /// Per tax, over all lines.
    private(set) var taxes: [TaxAmount] = []

    /// After the lines' own discounts, before those of the whole and exclusive taxes.
    var subtotal: Int64 { sum(\.subtotal) }
    var subtotalExcludingTax: Int64 { sum { $0.subtotal - $0.inclusiveTaxOfSubtotal } }
    var total: Int64 { sum(\.total) }
    var totalExcludingTax: Int64 { total - taxes.reduce(0) { $0 + $1.amount } }
    var discountTotal: Int64 { discounts.reduce(0) { $0 + $1.amount } }
    var exclusiveTaxTotal: Int64 { taxes.reduce(0) { $0 + ($1.tax.isInclusive ? 0 : $1.amount) } }

    /// - Parameter discounts: those of the whole, in their order.
    init(_ given: [Line], discounts wholes: [AppliedDiscount] = []) {
        var left = given.map(\.amount)
        lines = given.map { LineTotals(amount: $0.amount, subtotal: $0.amount) }
        for index in given.indices {
            for discount in given[index].discounts {
                take(discount, from: [index], given, &left)
            }
            lines[index].subtotal = left[index]
            lines[index].inclusiveTaxOfSubtotal =
                Self.taxes(given[index].taxes, on: left[index]).reduce(0) { $0 + ($1.tax.isInclusive ? $1.amount : 0) }
        }
        for discount in wholes { take(discount, from: Array(given.indices), given, &left) }
        for index in given.indices {
            lines[index].taxes = Self.taxes(given[index].taxes, on: left[index])
            for tax in lines[index].taxes { add(tax) }
        }
    }

    /// Takes one discount off the lines that it may touch, in proportion to what is left of them.
    private mutating func take(
        _ discount: AppliedDiscount, from indices: [Int], _ given: [Line], _ left: inout [Int64]
    ) {
        let open = indices.filter {
            given[$0].isDiscountable && left[$0] > 0 && discount.applies(to: given[$0].product)
        }
        let weights = open.map { left[$0] }
        let sum = AmountLimits.clamped(weights.reduce(Int64(0)) { AmountLimits.clamped($0 + $1) })
        let taken =
            switch discount.effect {
            case .percent(let percentage): min(sum, percentage.of(sum))
            case .amount(let amount): min(sum, max(0, amount))
            }
        let parts = Share.split(taken, by: weights)
        for (index, part) in zip(open, parts) {
            left[index] -= part
            lines[index].discounts.append(DiscountAmount(discount: discount.id, amount: part))
        }
        if let place = discounts.firstIndex(where: { $0.discount == discount.id }) {
            discounts[place].amount += taken
        } else {
            discounts.append(DiscountAmount(discount: discount.id, amount: taken))
        }
    }

    private mutating func add(_ tax: TaxAmount) {
        let isSame = { (other: TaxAmount) in
            other.tax.rate == tax.tax.rate && other.tax.isInclusive == tax.tax.isInclusive
        }
        guard let place = taxes.firstIndex(where: isSame) else {
            taxes.append(tax)
            return
        }
        taxes[place].amount += tax.amount
        taxes[place].taxable += tax.taxable
    }

    /// The inclusive ones are inside the amount, the exclusive ones come on top of what is left without those.
    private static func taxes(_ taxes: [AppliedTax], on amount: Int64) -> [TaxAmount] {
        let inside = taxes.reduce(Int64(0)) { sum, tax in
            guard tax.isInclusive, case .percent(let percentage) = tax.rule else { return sum }
            return sum + percentage.millionths
        }
        let amounts = taxes.map { tax in
            switch tax.rule {
            case .percent(let percentage) where tax.isInclusive:
                Share.of(amount, percentage.millionths, per: Percentage.whole + inside)
            case .fixed(let fixed, _): fixed
            default: Int64(0)
            }
        }
        let bare = zip(taxes, amounts).reduce(amount) { $0 - ($1.0.isInclusive ? $1.1 : 0) }
        return zip(taxes, amounts).map { tax, inclusive in
            switch tax.rule {
            case .percent(let percentage) where !tax.isInclusive:
                TaxAmount(tax: tax, amount: percentage.of(bare), taxable: bare)
            case .fixed(let fixed, let taxable): TaxAmount(tax: tax, amount: fixed, taxable: taxable)
            default: TaxAmount(tax: tax, amount: inclusive, taxable: bare)
            }
        }
    }

    private func sum(_ part: (LineTotals) -> Int64) -> Int64 {
        lines.reduce(Int64(0)) { AmountLimits.clamped($0 + AmountLimits.clamped(part($1))) }
    }
}

extension [InvoiceTotals.DiscountAmount] {
    /// `discount_amounts`, as invoices and lines show it.
    var json: JSONValue {
        .array(map { ["amount": .integer($0.amount), "discount": .string($0.discount)] })
    }

    /// `pretax_credit_amounts` of discounts.
    var pretaxCredits: JSONValue {
        .array(
            map {
                ["amount": .integer($0.amount), "discount": .string($0.discount), "type": "discount"]
            })
    }
}

extension [InvoiceTotals.TaxAmount] {
    /// `taxes`, as lines, invoices and credit notes show it.
    var json: JSONValue {
        .array(map { $0.tax.json(amount: $0.amount, taxable: $0.taxable) })
    }
}
