package import KeybrakeStripe

extension AuditEntry {
    /// The row as a JSON object, members named and ordered as the table's columns; absent facts are left out.
    package var json: JSONObject {
        var json = JSONObject()
        json.reserveCapacity(28)
        json.append("seq", .integer(sequence))
        json.append("at_us", .integer(atMicroseconds))
        json.append("kind", .string(kind.rawValue))
        json.append("request_id", .string(requestID))
        json.append(present: "key_id", keyID)
        json.append(present: "conversation", attribution.conversation)
        json.append(present: "conversation_source", attribution.conversationSource)
        json.append(present: "agent", attribution.agent)
        json.append(present: "turn", attribution.turn)
        json.append(present: "operation", operation)
        json.append(present: "mode", mode)
        json.append(present: "decision", decision?.rawValue)
        json.append(present: "refusal", refusal)
        json.append(present: "status", status.map(Int64.init))
        json.append(present: "upstream_status", upstreamStatus.map(Int64.init))
        json.append(present: "ending", ending)
        json.append(present: "object_id", objectID)
        json.append(present: "related_id", relatedID)
        json.append(present: "meter", meter)
        json.append(present: "amount", money?.minorUnits)
        json.append(present: "currency", money?.currency.code)
        json.append(present: "usd_cents", usdCents)
        json.append(present: "customer", customer)
        json.append(present: "idempotency_key", idempotencyKey)
        json.append(present: "hold_id", holdID)
        json.append(present: "policy_hash", policyHash)
        if !detail.isEmpty { json.append("detail", .object(detail)) }
        return json
    }
}

extension JSONObject {
    fileprivate mutating func append(present name: String, _ text: String?) {
        if let text { append(name, .string(text)) }
    }

    fileprivate mutating func append(present name: String, _ number: Int64?) {
        if let number { append(name, .integer(number)) }
    }
}
