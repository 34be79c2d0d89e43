/// A loaded cassette: immutable, shared by all its players.
///
/// Records stay bytes until they are asked for; opening one costs a scan of the file and an index of the requests.
package struct Cassette: Sendable {
    /// The file name without folder and extension.
    package let name: String
    package let header: CassetteHeader
    let index: CassetteIndex

    /// How many interactions it holds.
    package var count: Int { index.entries.count }

    /// Reads a cassette file.
    ///
    /// - Returns: the cassette, and what was odd about the file (a torn last record, which is dropped).
    package static func load(path: String) throws(CassetteError) -> (cassette: Cassette, warnings: [CassetteWarning]) {
        let bytes = try DiskFile.read(path, bytesMax: CassetteFormat.fileBytesMax)
        let loaded = try CassetteLoader(path: path).load(bytes)
        return (loaded.cassette, loaded.warnings)
    }

    /// Reads a cassette from the bytes of a file. `path` gives it its name and stands in errors.
    package static func read(
        _ bytes: [UInt8], path: String
    ) throws(CassetteError) -> (cassette: Cassette, warnings: [CassetteWarning]) {
        let loaded = try CassetteLoader(path: path).load(bytes)
        return (loaded.cassette, loaded.warnings)
    }

    /// The interaction with a number from 1 to ``count``.
    ///
    /// - Throws: ``CassetteError`` when there is none or its record cannot be read.
    package func interaction(_ number: Int) throws(CassetteError) -> Interaction {
        guard index.entries.indices.contains(number - 1) else {
            throw CassetteError(path: name, reason: .noInteraction(number: number, count: count))
        }
        do throws(RecordReader.Damage) {
            return try index.interaction(number - 1)
        } catch {
            throw CassetteError(
                path: name, reason: .damaged(line: index.line(of: number - 1), detail: error.detail))
        }
    }

    /// The record of an interaction as it stands in the file, from brace to brace.
    package func recordBytes(_ number: Int) -> ArraySlice<UInt8> {
        guard index.entries.indices.contains(number - 1) else { return [] }
        return index.bytes[index.entries[number - 1].slices.frame]
    }
}
