/// Why a cassette cannot be read or written. Every case names the file.
package struct CassetteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Reason: Sendable, Equatable {
        /// The file is not there.
        case notFound
        /// The system refused; `number` is its error number.
        case system(action: String, number: Int32, text: String)
        /// No room on the disk, or the quota is used up. What was there before is whole.
        case diskFull
        /// Another process records into the file.
        case inUse
        case empty
        /// Not a cassette of ours. `looksLike` says what it is, as far as its first bytes tell.
        case foreign(looksLike: String)
        /// A cassette of a later format version.
        case newerVersion(found: Int64, supported: Int64)
        /// A record before the last one cannot be read.
        case damaged(line: Int, detail: String)
        case tooLarge(limitBytes: Int)
        case tooManyInteractions(limit: Int)
        case noInteraction(number: Int, count: Int)
        case closed
    }

    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(path): \(reason.text)" }
}

extension CassetteError.Reason {
    fileprivate var text: String {
        switch self {
        case .notFound: "no such cassette"
        case .system(let action, _, let text): "cannot \(action): \(text)"
        case .diskFull: "the disk is full; what was not written is missing, what was there before is whole"
        case .inUse: "another process is recording into this cassette"
        case .empty: "the file is empty, so it is no cassette; record into it, or remove it"
        case .foreign(let looksLike):
            "not a Keybrake cassette; it looks like \(looksLike). "
                + "`keybrake cassette import` converts files of other recorders"
        case .newerVersion(let found, let supported):
            "cassette format \(found) is newer than this program, which reads formats up to \(supported)"
        case .damaged(let line, let detail): "damaged record at line \(line): \(detail)"
        case .tooLarge(let limit): "larger than \(limit) bytes, the most that a cassette may have"
        case .tooManyInteractions(let limit): "more than \(limit) interactions, the most that a cassette may have"
        case .noInteraction(let number, let count): "there is no interaction \(number); the cassette has \(count)"
        case .closed: "the recorder is closed"
        }
    }
}
