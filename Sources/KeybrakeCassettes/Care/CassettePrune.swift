/// Drops interactions from a cassette.
package enum CassettePrune {
    /// The bytes of the cassette with only those interactions whose number, counted from 1, is kept. Records that stay
    /// keep their bytes, except that the first of them takes over the random values that dropped ones had listed.
    package static func bytes(_ cassette: Cassette, keeping: (Int) -> Bool) throws(CassetteError) -> [UInt8] {
        var bytes = cassette.headerBytes
        let kept = (1..<cassette.count + 1).filter(keeping)
        var orphans: [RenamedValue] = []
        for number in 1..<cassette.count + 1 where !keeping(number) {
            orphans += try cassette.interaction(number).volatile.values
        }
        for number in kept {
            if number == kept.first, !orphans.isEmpty {
                var interaction = try cassette.interaction(number)
                interaction.volatile.values = orphans + interaction.volatile.values
                bytes += RecordWriter.text(interaction)
            } else {
                bytes += cassette.recordBytes(number)
                bytes.append(0x0A)
            }
        }
        return bytes
    }

    /// The bytes of the cassette without the interactions that a report says were never played.
    package static func bytes(_ cassette: Cassette, unusedIn report: PlaybackReport) throws(CassetteError) -> [UInt8] {
        let unused = Set(report.unused)
        return try bytes(cassette) { !unused.contains($0) }
    }
}

extension Cassette {
    /// Writes bytes over a cassette file in one step, so that no reader sees half of them.
    package static func replace(path: String, with bytes: [UInt8]) throws(CassetteError) {
        try DiskFile.replace(path, with: bytes)
    }

    /// The header record as it stands in the file, with its line end.
    fileprivate var headerBytes: [UInt8] {
        guard let first = index.entries.first else { return RecordWriter.text(header) }
        return Array(index.bytes[..<first.slices.frame.lowerBound])
    }
}
