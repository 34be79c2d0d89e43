internal import KeybrakeCrypto
internal import KeybrakeLedger
internal import KeybrakeStripe

/// A policy as the auditor reads it, from the body in the database and by its own reading of the rules.
struct PolicyRules: Equatable {
    /// US cents a UTC day for all meters together; `nil` when spending is not limited.
    var dailyCapUSDCents: Int64?
    var perCallMaxUSDCents: Int64?
    var patterns: [String]
    /// Empty means any customer.
    var customers: Set<String>
    let hash: String

    /// Why a body cannot be judged by.
    struct Failure: Error, Equatable {
        let text: String
    }

    init(_ row: PolicyRow) throws(Failure) {
        hash = row.hash
        guard Self.isGenuine(row) else { throw Failure(text: "its body does not have the hash it is filed under") }
        guard let body = try? JSONParser.parse(row.body), let patterns = Self.texts(body["allowed_operations"]) else {
            throw Failure(text: "its body is no policy")
        }
        self.patterns = patterns
        customers = Set(Self.texts(body["customers"]) ?? [])
        perCallMaxUSDCents = try Self.cents(body["per_call_max_usd"])
        dailyCapUSDCents = body["daily_cap_usd"] == "unlimited" ? nil : try Self.cents(body["daily_cap_usd"])
        if body["daily_cap_usd"]?.stringValue == nil { throw Failure(text: "it says nothing of a daily cap") }
    }

    /// Whether the policy lets the operation through, by its name such as `POST /v1/charges`.
    ///
    /// A pattern is a name, or ends in `*` and then covers every name that begins so, except operations that hand out
    /// access: those must be named.
    func allows(_ operation: String, mustBeNamed: Bool) -> Bool {
        patterns.contains { pattern in
            guard pattern.hasSuffix("*") else { return pattern == operation }
            return !mustBeNamed && operation.hasPrefix(pattern.dropLast())
        }
    }

    /// Rows are filed under the SHA-256 of their body.
    private static func isGenuine(_ row: PolicyRow) -> Bool {
        guard row.hash.utf8.count == 64 else { return true }
        return SHA256Digest(hashing: row.body).description == row.hash
    }

    private static func texts(_ value: JSONValue?) -> [String]? {
        value?.arrayValue?.compactMap(\.stringValue)
    }

    private static func cents(_ value: JSONValue?) throws(Failure) -> Int64? {
        guard let text = value?.stringValue else { return nil }
        guard let cents = try? DecimalAmount.minorUnits(text, digits: 2) else {
            throw Failure(text: "it has a limit that is no amount")
        }
        return cents
    }
}
