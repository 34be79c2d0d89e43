internal import KeybrakeCrypto
internal import Synchronization

/// Makes request ids: `req_`, a random part drawn once per process, and a count.
///
/// Unique without drawing randomness for each request, and sortable within one run of the process.
package final class RequestIDSource: Sendable {
    private let prefix: String
    private let count = Atomic<UInt64>(0)

    /// A source with a fresh random part.
    package convenience init() {
        self.init(process: SecureRandom.base62(count: 10))
    }

    /// A source with a given part for the process, so that tests know the ids.
    package init(process: String) {
        prefix = "req_" + process
    }

    /// The next id: 14 characters for the process and at least 6 for the count, in base 36.
    package func next() -> String {
        let number = String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 36)
        return prefix + String(repeating: "0", count: max(0, 6 - number.utf8.count)) + number
    }
}
