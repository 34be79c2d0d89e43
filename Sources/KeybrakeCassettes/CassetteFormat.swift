/// The names and limits of the cassette format. `docs/CASSETTE_FORMAT.md` describes it.
package enum CassetteFormat {
    /// The version that is written, and the newest that is read.
    package static let version: Int64 = 1
    /// The ending of cassette files. Not `.json`: a file holds several documents.
    package static let fileExtension = ".cassette"
    /// How large a cassette file may be.
    package static let fileBytesMax = 1 << 30
    /// How large one record may be: a body of 16 MiB in base64, and its surroundings.
    package static let recordBytesMax = 32 << 20
    /// How many interactions one cassette may hold.
    package static let interactionsMax = 1_000_000
}
