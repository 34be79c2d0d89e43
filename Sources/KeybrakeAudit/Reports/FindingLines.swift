internal import KeybrakeStripe

/// Findings as JSON, one a line, with members always in the same order.
enum FindingLines {
    /// Appends the line of a finding.
    static func append(_ finding: Finding, to bytes: inout [UInt8]) {
        bytes += JSONWriter.bytes(.object(json(finding)))
        bytes.append(0x0A)
    }

    private static func json(_ finding: Finding) -> JSONObject {
        var json = JSONObject()
        json.append("check", .string(finding.check.id))
        json.append("title", .string(finding.check.title))
        json.append("severity", .string(finding.severity.word))
        json.append("effect", .string(finding.effect.word))
        json.append("subject", .string(finding.subject))
        json.append("conversation", JSONValue(finding.conversation))
        json.append("amount", JSONValue(finding.amount))
        json.append("currency", JSONValue(finding.amount == nil ? nil : finding.currency?.text))
        json.append("time", JSONValue(finding.time.map(CivilTime.rfc3339)))
        json.append("summary", .string(finding.summary))
        json.append(
            "evidence",
            .array(finding.facts.map { ["label": .string($0.label), "value": .string($0.value)] }))
        return json
    }
}

extension Check.Effect {
    /// The effect in one word.
    var word: String {
        switch self {
        case .failure: "failure"
        case .error: "error"
        case .skipped: "skipped"
        case .note: "note"
        }
    }
}
