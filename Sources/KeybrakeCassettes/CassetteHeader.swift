/// The first record of a cassette: what the file is and under which circumstances it was made.
package struct CassetteHeader: Sendable, Equatable {
    /// Where the answers came from.
    package enum Source: String, Sendable {
        case stripe
        case emulator
        /// Converted from another tool's file.
        case imported
    }

    /// The Stripe API version that the answers follow, such as `2026-05-27.dahlia`; `nil` when it is not known.
    package var apiVersion: String?
    package var source: Source
    /// The program that wrote the file, such as `keybrake 0.1.0`.
    package var recorder: String
    /// When recording began, in microseconds since 1970.
    package var createdAtMicroseconds: Int64?

    package init(apiVersion: String?, source: Source, recorder: String, createdAtMicroseconds: Int64?) {
        self.apiVersion = apiVersion
        self.source = source
        self.recorder = recorder
        self.createdAtMicroseconds = createdAtMicroseconds
    }
}
