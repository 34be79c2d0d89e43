/// One charge of the exports, after records of the same id have been merged. 72 bytes; its text stays in the file.
struct ChargeRecord {
    /// What was noticed while reading, beside the figures.
    struct Flags: OptionSet {
        let rawValue: UInt16

        static let createdUnknown = Flags(rawValue: 1)
        static let toTheMinute = Flags(rawValue: 2)
        static let tagMalformed = Flags(rawValue: 4)
        static let tagAmbiguous = Flags(rawValue: 8)
        /// A figure or word could not be read; nothing is judged from the record.
        static let unreadable = Flags(rawValue: 16)
        static let isLive = Flags(rawValue: 32)
        static let isTest = Flags(rawValue: 64)
        static let minorUnitsFromJSON = Flags(rawValue: 128)
    }

    /// Which file, and the place of the record in it.
    var place: RecordPlace
    /// Smallest units of ``currency``.
    var amount: Int64
    var refunded: Int64
    /// What was captured, where the export says so; otherwise -1.
    var captured: Int64 = -1
    /// Unix seconds.
    var created: UInt32
    var line: UInt32
    /// Numbers in the tables of ``Books``; 0 where the export has none.
    var id: UInt32
    var intent: UInt32
    var customer: UInt32
    var taggedConversation: UInt32
    var metadataConversation: UInt32
    /// The attempt that explains this charge, as index + 1; 0 when there is none.
    var attempt: UInt32 = 0
    var currency: CurrencyCode
    var status: StatusWord
    var charge: ChargeClass = .open
    var method: MatchMethod = .none
    var flags: Flags

    /// The conversation that the export itself names: its tag, else its metadata.
    var namedConversation: UInt32 { taggedConversation != 0 ? taggedConversation : metadataConversation }
}

/// A place in one of the export files: the file's index in the top byte, the offset in bytes below.
struct RecordPlace: Equatable {
    private let packed: UInt64

    init(file: Int, offset: Int64) {
        packed = UInt64(file) << 56 | UInt64(truncatingIfNeeded: offset) & 0x00FF_FFFF_FFFF_FFFF
    }

    var file: Int { Int(packed >> 56) }
    var offset: Int64 { Int64(packed & 0x00FF_FFFF_FFFF_FFFF) }

    /// The most files that one reconciliation takes.
    static let filesMax = 200
}
