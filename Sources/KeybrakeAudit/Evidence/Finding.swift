/// A finding with its evidence, ready to be written.
struct Finding {
    /// One fact, named.
    struct Fact: Equatable {
        var label: String
        var value: String
    }

    var check: Check
    var severity: Severity
    var effect: Check.Effect
    /// What the finding is about: an object id, a place in a file, or the number of an audit row.
    var subject: String
    var conversation: String?
    var amount: Int64?
    var currency: CurrencyCode?
    /// Unix seconds.
    var time: Int64?
    /// One sentence with the values that differ.
    var summary: String
    var facts: [Fact] = []

    /// The finding's name within its report, such as `KB101-ch_…`.
    var name: String { "\(check.id)-\(subject)" }
}
