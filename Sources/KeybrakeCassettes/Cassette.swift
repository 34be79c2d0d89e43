/// A loaded cassette: immutable, shared by all its players.
///
/// Records stay bytes until they are asked for; opening one costs a scan of the file and an index of the requests.
package struct Cassette: Sendable {
    /// The file name without folder and extension.
    package let name: String
    package let header: CassetteHeader
    /// How many interactions it holds.
    package var count: Int { 0 }

    /// Reads a cassette file.
    ///
    /// - Returns: the cassette, and what was odd about the file (a torn last record, which is dropped).
    package static func load(path: String) throws(CassetteError) -> (cassette: Cassette, warnings: [CassetteWarning]) {
        throw CassetteError(path: path, reason: .notFound)
    }
}
