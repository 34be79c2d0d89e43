internal import KeybrakeCrypto

/// What a vault key may do. Immutable: a policy is known by the hash of its canonical body.
package struct Policy: Sendable, Hashable {
    /// What all meters together may spend in one UTC day.
    package let dailyCap: SpendLimit
    /// The most that one call may ask for, in US cents; `nil` for no such limit.
    package let perCallMaxUSDCents: Int64?
    /// Patterns `VERB template`, sorted: exact, ending in `*` (prefix of the template), or `GET *`.
    package let allowedOperations: [String]
    /// Customer ids, sorted; empty means any.
    package let customers: [String]

    package static let operationsMax = 1_000
    package static let customersMax = 10_000
    package static let textBytesMax = 255

    /// Checks and orders the parts.
    ///
    /// - Throws: ``PolicyFailure`` for a negative amount, a pattern that can match nothing, or too many entries.
    package init(
        dailyCap: SpendLimit, perCallMaxUSDCents: Int64? = nil, allowedOperations: [String], customers: [String] = []
    ) throws(PolicyFailure) {
        if let cents = dailyCap.usdCents, cents < 0 { throw PolicyFailure("daily_cap_usd", "below zero") }
        if let cents = perCallMaxUSDCents, cents < 0 { throw PolicyFailure("per_call_max_usd", "below zero") }
        guard allowedOperations.count <= Self.operationsMax else {
            throw PolicyFailure("allowed_operations", "more than \(Self.operationsMax) entries")
        }
        guard customers.count <= Self.customersMax else {
            throw PolicyFailure("customers", "more than \(Self.customersMax) entries")
        }
        for pattern in allowedOperations { try Self.check(pattern: pattern) }
        for customer in customers { try Self.check(customer: customer) }
        self.dailyCap = dailyCap
        self.perCallMaxUSDCents = perCallMaxUSDCents
        self.allowedOperations = Set(allowedOperations).sorted()
        self.customers = Set(customers).sorted()
    }

    /// SHA-256 of the canonical body, in hexadecimal.
    package var hash: String { SHA256Digest(hashing: canonicalBody).description }

    private static func check(pattern: String) throws(PolicyFailure) {
        guard pattern != "GET *" else { return }
        let parts = pattern.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, ["GET", "POST", "DELETE"].contains(parts[0]),
            parts[1].hasPrefix("/v1/") || parts[1].hasPrefix("/v2/"), isPlain(pattern),
            !parts[1].dropLast().contains("*")
        else {
            throw PolicyFailure(
                "allowed_operations",
                "each entry is a verb and a path template, such as \"POST /v1/charges\", \"GET /v1/customers/*\" or "
                    + "\"GET *\"")
        }
    }

    private static func check(customer: String) throws(PolicyFailure) {
        guard !customer.isEmpty, isPlain(customer), !customer.utf8.contains(UInt8(ascii: " ")) else {
            throw PolicyFailure("customers", "each entry is a customer id, such as \"cus_123\"")
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= textBytesMax && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
