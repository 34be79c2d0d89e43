/// What is known of one input file after reading it.
struct InputFile: Equatable {
    /// How much of the file could be used.
    enum State: String {
        case read
        /// Read up to the damage.
        case damaged
        /// Not an input that can be reconciled.
        case refused
    }

    /// The file's name without its folder, so that a report does not depend on where it was made.
    var name: String
    var sizeBytes: Int64 = 0
    /// 64 hexadecimal digits; empty when the file could not be read.
    var sha256 = ""
    /// The kind of file, in words.
    var kind = "unknown"
    var state = State.read
    /// Data records, with repeated ones.
    var recordCount = 0
    /// Unix seconds of the first and last record.
    var first: Int64?
    var last: Int64?
    /// Columns or members that the file does not have and a check would use.
    var missingFacts: [ExportFact] = []
    /// What a reader should know and no check judges.
    var notes: [String] = []
}

/// A fact about a charge that an export may or may not carry.
enum ExportFact: String, CaseIterable {
    case amount = "Amount"
    case currency = "Currency"
    case status = "Status"
    case created = "Created"
    case conversation = "Description and metadata"
    case customer = "Customer ID"
    case paymentIntent = "PaymentIntent ID"
    case mode = "Mode"

    /// Without these no charge can be compared, whatever else is there.
    static let indispensable: Set<ExportFact> = [.amount, .currency, .status, .created]
}
