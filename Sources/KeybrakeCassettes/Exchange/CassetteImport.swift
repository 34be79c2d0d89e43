/// Makes a cassette of what other recorders recorded.
package enum CassetteImport {
    /// A new cassette's bytes, and what could not be taken over.
    package struct Outcome: Sendable {
        package let bytes: [UInt8]
        package let importedCount: Int
        /// One line for each exchange that was left out, with its number in the source.
        package let skipped: [String]
    }

    /// The exchanges as a cassette, redacted as a recording is.
    ///
    /// - Parameter naming: gives the operation's name for a method and a path, as the catalogue knows it.
    package static func cassette(
        of exchanges: [ForeignExchange], header: CassetteHeader, rules: RedactionRules = .standard,
        naming: (_ method: String, _ path: String) -> String?
    ) -> Outcome {
        var bytes = RecordWriter.text(header)
        var composer = RecordComposer(rules: rules)
        var skipped: [String] = []
        for (index, exchange) in exchanges.enumerated() {
            do {
                let interaction = try exchange.interaction(naming: naming)
                try composer.compose(interaction) { bytes.append(contentsOf: $0) }
            } catch {
                skipped.append("\(index + 1): \(error)")
            }
        }
        return Outcome(bytes: bytes, importedCount: exchanges.count - skipped.count, skipped: skipped)
    }
}
