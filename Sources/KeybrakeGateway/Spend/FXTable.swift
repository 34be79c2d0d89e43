package import KeybrakeStripe

/// What other currencies are worth in US dollars, for caps that are stated in dollars.
///
/// Rates are configured, not fetched. Conversion adds a buffer and rounds up, so that a cap errs on the safe side; a
/// currency without a rate cannot be priced and is refused.
package struct FXTable: Sendable, Equatable {
    /// A rate in millionths of a dollar for one whole unit: 1 eur = 1.085 usd is 1_085_000.
    package typealias MicroUSD = Int64

    /// Added to every conversion, in hundredths: 3 means 3 %.
    package static let bufferPercent: Int64 = 3

    private let rates: [String: MicroUSD]

    /// A table of rates by currency code; an empty one prices dollars only.
    package init(_ rates: [String: MicroUSD] = [:]) {
        self.rates = rates
    }

    /// The amount in US cents; `nil` when the currency has no rate or the result does not fit.
    package func usdCents(_ money: Money) -> Int64? {
        if money.currency == .usd { return money.minorUnits }
        guard let rate = rates[money.currency.code], rate > 0 else { return nil }
        let (scaled, overflow) = money.minorUnits.multipliedReportingOverflow(by: rate)
        guard !overflow else { return nil }
        let (buffered, overflowed) = scaled.multipliedReportingOverflow(by: 100 + Self.bufferPercent)
        guard !overflowed else { return nil }
        // Minor units × millionths of a dollar × percent, over minor units per major: down to cents, rounded up.
        let divisor = money.currency.minorUnitsPerMajor * 1_000_000
        return buffered / divisor + (buffered % divisor > 0 ? 1 : 0)
    }
}
