internal import KeybrakeStripe

/// The least that can be charged in a currency for which Stripe names no minimum: what converts to 50 cents.
enum SettlementLimits {
    private static let minimumCents: Int64 = 50

    /// Refuses an amount that is worth too little where it is settled.
    static func check(amount: Int64, currency: String, param: String) throws(StripeError) {
        guard let perDollar = minorUnitsPerDollar(currency) else { return }
        guard amount * 100 < minimumCents * perDollar else { return }
        let cents = amount * 100 / perDollar
        throw .coded(
            "amount_too_small",
            "Amount must convert to at least \(minimumCents) cents. \(ChargeLimits.text(amount, currency)) converts to "
                + "approximately \(ChargeLimits.symbol(cents, "usd")).", param: param)
    }

    /// How many of a currency's smallest units a dollar is about worth; `nil` where that is not known.
    private static func minorUnitsPerDollar(_ currency: String) -> Int64? {
        guard let units = hundredthsPerDollar[currency], let known = Currency(currency) else { return nil }
        return max(1, (0..<known.minorDigits).reduce(units) { product, _ in product * 10 } / 100)
    }

    /// Hundredths of the whole unit for a dollar. Rates that stand still, so that every run is the same.
    private static let hundredthsPerDollar: [String: Int64] = [
        "afn": 7_000, "all": 9_200, "amd": 39_000, "ars": 100_000, "azn": 170, "bam": 180, "bbd": 200, "bdt": 12_000,
        "bhd": 38, "bif": 290_000, "bmd": 100, "bnd": 134, "bob": 690, "bsd": 100, "bwp": 1_360, "byn": 330,
        "bzd": 200, "cdf": 280_000, "clp": 95_000, "cny": 720, "cop": 420_000, "crc": 51_000, "cve": 10_200,
        "djf": 17_800, "dop": 6_000, "dzd": 13_400, "egp": 4_900, "etb": 12_500, "fjd": 225, "gel": 270, "gmd": 7_000,
        "gnf": 860_000, "gtq": 770, "gyd": 20_900, "hnl": 2_500, "htg": 13_100, "idr": 1_600_000, "ils": 370,
        "isk": 13_800, "jmd": 15_800, "jod": 71, "kes": 12_900, "kgs": 8_700, "khr": 410_000, "kmf": 45_500,
        "krw": 140_000, "kwd": 31, "kzt": 49_000, "lak": 2_180_000, "lkr": 29_500, "lrd": 19_000, "lsl": 1_800,
        "mad": 1_000, "mdl": 1_800, "mga": 460_000, "mkd": 5_700, "mmk": 210_000, "mnt": 345_000, "mop": 800,
        "mur": 4_600, "mvr": 1_540, "mwk": 173_000, "mzn": 6_400, "nad": 1_800, "ngn": 155_000, "nio": 3_680,
        "npr": 13_500, "omr": 39, "pab": 100, "pen": 375, "pgk": 400, "php": 5_700, "pkr": 27_900, "pyg": 780_000,
        "qar": 364, "rsd": 10_800, "rub": 9_500, "rwf": 140_000, "sar": 375, "scr": 1_400, "sos": 57_000,
        "srd": 3_600, "szl": 1_800, "tjs": 1_090, "tnd": 310, "top": 235, "try": 3_400, "ttd": 680, "twd": 3_200,
        "tzs": 260_000, "uah": 4_100, "ugx": 370_000, "uyu": 4_200, "uzs": 1_280_000, "vnd": 2_500_000, "xaf": 61_000,
        "xcd": 270, "xof": 61_000, "xpf": 11_000, "yer": 25_000, "zar": 1_800, "zmw": 2_700,
    ]
}
