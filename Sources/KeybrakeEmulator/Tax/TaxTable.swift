internal import KeybrakeStripe

/// The usual rates of taxes, by country, and in the United States by state (without what counties and cities add).
enum TaxTable {
    /// One rate.
    struct Rate: Sendable {
        let percentage: Percentage
        /// Stripe's word, such as `vat`.
        let type: String
        let displayName: String
        let state: String?

        var percentageText: String { JSONWriter.text(percentage.json) }
    }

    /// `nil` where the table knows no tax.
    static func rate(country: String, state: String?) -> Rate? {
        guard country == "US" else {
            guard let row = countries[country] else { return nil }
            return Rate(
                percentage: Percentage(millionths: row.0 * 100), type: row.1, displayName: row.1.uppercased(),
                state: nil)
        }
        guard let state = state?.uppercased(), let hundredths = states[state] else { return nil }
        return Rate(
            percentage: Percentage(millionths: hundredths * 10), type: "sales_tax", displayName: "Sales tax",
            state: state)
    }

    /// In hundredths of a percent, and the tax's type.
    private static let countries: [String: (Int64, String)] = [
        "AT": (2_000, "vat"), "AU": (1_000, "gst"), "BE": (2_100, "vat"), "BG": (2_000, "vat"), "CA": (500, "gst"),
        "CH": (810, "vat"), "CY": (1_900, "vat"), "CZ": (2_100, "vat"), "DE": (1_900, "vat"), "DK": (2_500, "vat"),
        "EE": (2_400, "vat"), "ES": (2_100, "vat"), "FI": (2_550, "vat"), "FR": (2_000, "vat"), "GB": (2_000, "vat"),
        "GR": (2_400, "vat"), "HR": (2_500, "vat"), "HU": (2_700, "vat"), "IE": (2_300, "vat"), "IS": (2_400, "vat"),
        "IT": (2_200, "vat"), "JP": (1_000, "jct"), "LT": (2_100, "vat"), "LU": (1_700, "vat"), "LV": (2_100, "vat"),
        "MT": (1_800, "vat"), "NL": (2_100, "vat"), "NO": (2_500, "vat"), "NZ": (1_500, "gst"), "PL": (2_300, "vat"),
        "PT": (2_300, "vat"), "RO": (2_100, "vat"), "SE": (2_500, "vat"), "SG": (900, "gst"), "SI": (2_200, "vat"),
        "SK": (2_300, "vat"), "ZA": (1_500, "vat"),
    ]

    /// In thousandths of a percent.
    private static let states: [String: Int64] = [
        "AL": 4_000, "AR": 6_500, "AZ": 5_600, "CA": 7_250, "CO": 2_900, "CT": 6_350, "DC": 6_000, "FL": 6_000,
        "GA": 4_000, "HI": 4_000, "IA": 6_000, "ID": 6_000, "IL": 6_250, "IN": 7_000, "KS": 6_500, "KY": 6_000,
        "LA": 5_000, "MA": 6_250, "MD": 6_000, "ME": 5_500, "MI": 6_000, "MN": 6_875, "MO": 4_225, "MS": 7_000,
        "NC": 4_750, "ND": 5_000, "NE": 5_500, "NJ": 6_625, "NM": 4_875, "NV": 6_850, "NY": 4_000, "OH": 5_750,
        "OK": 4_500, "PA": 6_000, "RI": 7_000, "SC": 6_000, "SD": 4_200, "TN": 7_000, "TX": 6_250, "UT": 4_850,
        "VA": 4_300, "VT": 6_000, "WA": 6_500, "WI": 5_000, "WV": 6_000, "WY": 4_000,
    ]
}
