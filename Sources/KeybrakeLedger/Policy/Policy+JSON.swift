package import KeybrakeStripe

extension Policy {
    private static let members = ["daily_cap_usd", "per_call_max_usd", "allowed_operations", "customers"]

    /// The one text of this policy: all members, in a fixed order, amounts with two decimal places, lists sorted.
    package var canonicalBody: String { JSONWriter.text(.object(json)) }

    /// The members of ``canonicalBody``.
    package var json: JSONObject {
        [
            "daily_cap_usd": .string(dailyCap.usdCents.map(Self.dollars) ?? "unlimited"),
            "per_call_max_usd": JSONValue(perCallMaxUSDCents.map(Self.dollars)),
            "allowed_operations": .array(allowedOperations.map { .string($0) }),
            "customers": .array(customers.map { .string($0) }),
        ]
    }

    /// Reads a policy strictly: a member that is unknown or of the wrong type is an error, so that no rule is lost
    /// by a typing error. `daily_cap_usd` and `allowed_operations` must be there.
    package init(json: JSONObject) throws(PolicyFailure) {
        var seen: Set<String> = []
        for member in json.members {
            guard Self.members.contains(member.name) else {
                throw PolicyFailure(member.name, "no such member; known are \(Self.members.joined(separator: ", "))")
            }
            guard seen.insert(member.name).inserted else { throw PolicyFailure(member.name, "given twice") }
        }
        try self.init(
            dailyCap: Self.limit(json["daily_cap_usd"]),
            perCallMaxUSDCents: Self.perCallMaximum(json["per_call_max_usd"]),
            allowedOperations: Self.texts(json["allowed_operations"], member: "allowed_operations", isRequired: true),
            customers: Self.texts(json["customers"], member: "customers", isRequired: false)
        )
    }

    /// Reads a policy from its JSON text; strict as ``init(json:)``.
    package init(body: String) throws(PolicyFailure) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(body)
        } catch {
            throw PolicyFailure(nil, "no JSON: \(error)")
        }
        guard let object = value.objectValue else { throw PolicyFailure(nil, "a policy is a JSON object") }
        try self.init(json: object)
    }

    private static func limit(_ value: JSONValue?) throws(PolicyFailure) -> SpendLimit {
        guard let text = value?.stringValue else {
            throw PolicyFailure(
                "daily_cap_usd", "an amount in dollars as a string, such as \"10.00\", or \"unlimited\"")
        }
        return text == "unlimited" ? .unlimited : .usdCents(try cents(text, member: "daily_cap_usd"))
    }

    private static func perCallMaximum(_ value: JSONValue?) throws(PolicyFailure) -> Int64? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw PolicyFailure("per_call_max_usd", "an amount in dollars as a string, such as \"5.00\", or null")
        }
        return try cents(text, member: "per_call_max_usd")
    }

    private static func cents(_ text: String, member: String) throws(PolicyFailure) -> Int64 {
        do {
            return try DecimalAmount.minorUnits(text, digits: 2)
        } catch {
            throw PolicyFailure(member, error.description)
        }
    }

    private static func texts(
        _ value: JSONValue?, member: String, isRequired: Bool
    ) throws(PolicyFailure) -> [String] {
        guard let value else {
            if isRequired { throw PolicyFailure(member, "missing; an empty list allows nothing") }
            return []
        }
        guard let elements = value.arrayValue else { throw PolicyFailure(member, "a list of strings") }
        var texts: [String] = []
        for element in elements {
            guard let text = element.stringValue else { throw PolicyFailure(member, "a list of strings") }
            texts.append(text)
        }
        return texts
    }

    private static func dollars(_ cents: Int64) -> String {
        Money.majorText(minorUnits: cents, digits: 2)
    }
}
