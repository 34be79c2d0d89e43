/// An audit row that breaks a rule by itself, whatever the exports say.
struct RowFlag: Equatable {
    var check: Check
    var sequence: Int64
    var conversation: UInt32

    /// The most that are kept; further ones are counted.
    static let countMax = 100_000
}
