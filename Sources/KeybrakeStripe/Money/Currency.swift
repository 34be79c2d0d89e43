/// A currency that Stripe presents, by its lower-case three-letter code.
///
/// The number of minor digits is Stripe's own (docs.stripe.com/currencies), which differs from ISO 4217: MGA has none,
/// ISK has two on the wire. UGX is listed both ways by Stripe; it counts as having none, the reading under which an
/// amount is larger, so that a cap errs on the safe side.
package struct Currency: Sendable, Hashable, CustomStringConvertible {
    package let code: String

    /// The currency of that code in any case; `nil` when Stripe does not know it.
    package init?(_ code: some StringProtocol) {
        // Some letters outside ASCII have an ASCII lower case.
        guard code.utf8.count == 3 else { return nil }
        let lower = code.lowercased()
        guard Self.known.contains(lower) else { return nil }
        self.code = lower
    }

    private init(known code: String) {
        self.code = code
    }

    package static let usd = Currency(known: "usd")

    package var description: String { code }

    /// How many digits of an amount in the smallest unit stand behind the decimal point.
    package var minorDigits: Int {
        if Self.zeroDecimal.contains(code) { return 0 }
        return Self.threeDecimal.contains(code) ? 3 : 2
    }

    /// How many smallest units make one whole: 1, 100 or 1,000.
    package var minorUnitsPerMajor: Int64 {
        switch minorDigits {
        case 0: 1
        case 3: 1_000
        default: 100
        }
    }

    /// Every code that Stripe knows.
    package static var allCodes: [String] { known.sorted() }

    private static let zeroDecimal: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
    ]

    private static let threeDecimal: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]

    private static let known: Set<String> = Set(
        """
        usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad \
        cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl \
        hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga \
        mkd mmk mnt mop mro mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar \
        ron rsd rub rwf sar sbd scr sek sgd shp sle sll sos srd std svc szl thb tjs tnd top try ttd twd tzs uah \
        ugx uyu uzs vef vnd vuv wst xaf xcd xcg xof xpf yer zar zmw
        """.split(separator: " ").map(String.init)
    )
}
