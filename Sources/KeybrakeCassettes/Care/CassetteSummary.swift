/// What a cassette holds, for lists and for a look before opening it.
package struct CassetteSummary: Sendable, Equatable {
    package let name: String
    package let interactionCount: Int
    package let sizeBytes: Int
    /// How often each operation was recorded, the most frequent first.
    package let operations: [Operation]
    package let apiVersion: String?
    package let source: CassetteHeader.Source
    package let createdAtMicroseconds: Int64?

    /// An operation and how often it was recorded.
    package struct Operation: Sendable, Equatable {
        package let name: String
        package let count: Int
    }
}

extension Cassette {
    /// What the cassette holds.
    package var summary: CassetteSummary {
        CassetteSummary(
            name: name, interactionCount: count, sizeBytes: index.bytes.count,
            operations: index.operations().map { CassetteSummary.Operation(name: $0.operation, count: $0.count) },
            apiVersion: header.apiVersion, source: header.source,
            createdAtMicroseconds: header.createdAtMicroseconds)
    }

    /// The operation of an interaction with a number from 1 to ``count``, such as `POST /v1/charges`.
    package func operation(_ number: Int) -> String? {
        index.entries.indices.contains(number - 1) ? index.entries[number - 1].operation : nil
    }

    /// The line at which an interaction's record begins in the file; `nil` when there is none of that number.
    package func line(_ number: Int) -> Int? {
        index.entries.indices.contains(number - 1) ? index.line(of: number - 1) : nil
    }
}
