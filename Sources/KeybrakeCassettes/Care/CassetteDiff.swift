internal import KeybrakeStripe

/// What changed from one recording to another, by what is asked, not by where it stands.
package struct CassetteDiff: Sendable, Equatable {
    /// An interaction that only one of the cassettes has.
    package struct Single: Sendable, Equatable {
        /// Its number in its cassette, counted from 1.
        package let number: Int
        package let operation: String
    }

    /// An interaction whose answer is another.
    package struct Change: Sendable, Equatable {
        package let oldNumber: Int
        package let newNumber: Int
        package let operation: String
        /// What differs, such as `status: 200 → 402` or `json.outcome.type: "authorized" → missing`.
        package let details: [String]
    }

    /// How many details of one change are listed.
    private static let detailsMax = 50

    package private(set) var added: [Single] = []
    package private(set) var removed: [Single] = []
    package private(set) var changed: [Change] = []

    /// Whether both cassettes ask the same and answer the same.
    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

    /// Compares two cassettes. Equal requests are compared in their order; volatile members are left out.
    package init(old: Cassette, new: Cassette) throws(CassetteError) {
        for (key, oldGroup) in old.index.groupOfKey {
            let oldPositions = old.index.groups[oldGroup]
            let newPositions = new.index.group(key).map { new.index.groups[$0] } ?? []
            for (oldPosition, newPosition) in zip(oldPositions, newPositions) {
                try compare(old, oldPosition, new, newPosition)
            }
            removed += Self.singles(oldPositions.dropFirst(newPositions.count), old)
        }
        for (key, newGroup) in new.index.groupOfKey {
            let known = old.index.group(key).map { old.index.groups[$0].count } ?? 0
            added += Self.singles(new.index.groups[newGroup].dropFirst(known), new)
        }
        added.sort { $0.number < $1.number }
        removed.sort { $0.number < $1.number }
        changed.sort { $0.oldNumber < $1.oldNumber }
    }

    private static func singles(_ positions: ArraySlice<Int>, _ cassette: Cassette) -> [Single] {
        positions.map { Single(number: $0 + 1, operation: cassette.index.entries[$0].operation) }
    }

    private mutating func compare(
        _ old: Cassette, _ oldPosition: Int, _ new: Cassette, _ newPosition: Int
    ) throws(CassetteError) {
        let before = try old.interaction(oldPosition + 1)
        let after = try new.interaction(newPosition + 1)
        var details: [String] = []
        if before.request.apiVersion != after.request.apiVersion {
            details.append(
                "Stripe-Version: \(before.request.apiVersion ?? "none") → \(after.request.apiVersion ?? "none")")
        }
        if before.decision != after.decision {
            details.append("decision: \(before.decision ?? "none") → \(after.decision ?? "none")")
        }
        details += Self.differences(before.response, after.response)
        guard !details.isEmpty else { return }
        changed.append(
            Change(
                oldNumber: oldPosition + 1, newNumber: newPosition + 1, operation: before.request.operation,
                details: Array(details.prefix(Self.detailsMax))))
    }

    // MARK: Answers

    private static func differences(_ old: RecordedResponse, _ new: RecordedResponse) -> [String] {
        var details: [String] = []
        if old.status != new.status { details.append("status: \(old.status) → \(new.status)") }
        let oldHeaders = old.headers.map { "\($0.name): \($0.value)" }
        let newHeaders = new.headers.map { "\($0.name): \($0.value)" }
        details += oldHeaders.filter { !newHeaders.contains($0) }.map { "header \($0) → missing" }
        details += newHeaders.filter { !oldHeaders.contains($0) }.map { "header missing → \($0)" }
        switch (old.body, new.body) {
        case (.json(let old), .json(let new)): collect(old, new, path: "json", into: &details)
        case (let old, let new): if old != new { details.append("body: other bytes") }
        }
        return details
    }

    private static func collect(_ old: JSONValue?, _ new: JSONValue?, path: String, into details: inout [String]) {
        guard old != new, details.count < detailsMax else { return }
        switch (old, new) {
        case (.object(let old)?, .object(let new)?):
            for member in old.members {
                collect(member.value, new[member.name], path: "\(path).\(member.name)", into: &details)
            }
            for member in new.members where old[member.name] == nil {
                collect(nil, member.value, path: "\(path).\(member.name)", into: &details)
            }
        case (.array(let old)?, .array(let new)?):
            for index in 0..<max(old.count, new.count) {
                let before = old.dropFirst(index).first
                let after = new.dropFirst(index).first
                collect(before, after, path: "\(path)[\(index)]", into: &details)
            }
        default: details.append("\(path): \(text(old)) → \(text(new))")
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "missing" }
        let text = JSONWriter.text(value)
        return text.count > 80 ? text.prefix(79) + "…" : text
    }
}
