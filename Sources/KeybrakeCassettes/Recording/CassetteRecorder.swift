internal import KeybrakeStripe
internal import Synchronization

/// Appends interactions to a cassette file as they happen. May be used from any thread.
///
/// Each record is handed to the system before `append` returns, so a crash of the process loses nothing; `sync` and
/// `close` force it to the disk. One process records into a file at a time.
package final class CassetteRecorder: Sendable {
    /// What happens to interactions that the file already holds.
    package enum Opening: Sendable {
        /// They stay, and new ones are appended.
        case continuing
        /// They go. A file that is no cassette is refused all the same.
        case startingOver
    }

    package let path: String
    private let redactor: Redactor
    private let tape: Mutex<RecordingTape>

    private init(path: String, rules: RedactionRules, tape: sending RecordingTape) {
        self.path = path
        redactor = Redactor(rules)
        self.tape = Mutex(tape)
    }

    deinit {
        // Whoever cares about errors calls `close` first.
        try? close()
    }

    /// Opens a cassette for recording: creates it with `header`, or continues the one that is there.
    ///
    /// A torn last record, left by a crash, is cut off first. Folders on the way are made.
    ///
    /// - Returns: the recorder, and what was odd about the file.
    package static func open(
        path: String, header: CassetteHeader, opening: Opening = .continuing, rules: RedactionRules = .standard
    ) throws(CassetteError) -> (recorder: CassetteRecorder, warnings: [CassetteWarning]) {
        var (tape, warnings) = try RecordingTape.thread(try AppendFile.open(path), opening: opening, rules: rules)
        if tape.isBlank { try tape.begin(header) }
        if let known = tape.apiVersion, let new = header.apiVersion, known != new {
            warnings.append(
                CassetteWarning(
                    line: 1, text: "the cassette was begun with Stripe-Version \(known); \(new) is recorded now"))
        }
        return (CassetteRecorder(path: path, rules: rules, tape: tape), warnings)
    }

    /// Looks whether a request may be recorded, before it goes to Stripe: what this refuses, `append` would refuse
    /// after the money moved.
    package func admit(_ request: RecordedRequest) throws(RecordingRefusal) {
        let response = RecordedResponse(status: 200, headers: [], body: .raw([]))
        _ = try RecordingInspection.text(Interaction(request: redactor.redact(request), response: response))
    }

    /// Redacts an interaction, renames its random values, and writes it.
    ///
    /// A retry that Stripe answered from its memory (`Idempotent-Replayed`) is not written again: replay recognises
    /// retries by their idempotency key.
    ///
    /// - Returns: the number of the interaction in the cassette, counted from 1.
    /// - Throws: ``RecordingRefusal`` when something in it still looks like a secret, ``CassetteError`` when the file
    ///   cannot be written. Neither leaves a part of the interaction behind.
    @discardableResult
    package func append(_ interaction: Interaction) throws -> Int {
        try tape.withLock { tape in try tape.append(interaction) }
    }

    /// How many interactions the file holds.
    package var count: Int { tape.withLock { $0.count } }

    /// Forces what was written to the disk.
    package func sync() throws(CassetteError) {
        try tape.withLock { (tape) throws(CassetteError) in try tape.file.sync() }
    }

    /// Syncs and closes the file. Closing twice is harmless; appending afterwards is an error.
    package func close() throws(CassetteError) {
        try tape.withLock { (tape) throws(CassetteError) in
            guard tape.file.isOpen else { return }
            defer { tape.file.close() }
            try tape.file.sync()
        }
    }
}
