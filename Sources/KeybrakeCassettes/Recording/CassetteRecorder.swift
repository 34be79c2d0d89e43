/// Appends interactions to a cassette file as they happen. May be used from any thread.
package final class CassetteRecorder: Sendable {
    package let path: String

    private init(path: String) {
        self.path = path
    }

    /// Opens a cassette for recording: creates it with `header`, or continues the one that is there.
    ///
    /// A torn last record, left by a crash, is cut off first. Folders on the way are made.
    ///
    /// - Returns: the recorder, and what was odd about the file.
    package static func open(path: String, header: CassetteHeader, rules: RedactionRules = .standard)
        throws(CassetteError) -> (recorder: CassetteRecorder, warnings: [CassetteWarning])
    {
        throw CassetteError(path: path, reason: .notFound)
    }

    /// Looks whether a request may be recorded, before it goes to Stripe: what this refuses, `append` would refuse
    /// after the money moved.
    package func admit(_ request: RecordedRequest) throws(RecordingRefusal) {}

    /// Redacts an interaction, renames its random values, and writes it.
    ///
    /// - Returns: the number of the interaction in the cassette, counted from 1.
    /// - Throws: ``RecordingRefusal`` when something in it still looks like a secret, ``CassetteError`` when the file
    ///   cannot be written. Neither leaves a part of the interaction behind.
    @discardableResult
    package func append(_ interaction: Interaction) throws -> Int { 0 }

    /// How many interactions the file holds.
    package var count: Int { 0 }

    /// Forces what was written to the disk.
    package func sync() throws(CassetteError) {}

    /// Syncs and closes the file. Further calls do nothing.
    package func close() throws(CassetteError) {}
}
