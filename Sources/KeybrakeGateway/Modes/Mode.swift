/// Where answers come from.
package enum Mode: String, Sendable, CaseIterable {
    /// Stripe itself.
    case live
    /// Stripe itself, and every exchange is written to a cassette.
    case record
    /// A cassette; never the network.
    case replay
    /// The built-in emulator alone.
    case emulate
}

/// What a request gets in replay mode when the cassette has no answer for it.
package enum MissPolicy: String, Sendable, CaseIterable {
    /// An error that names the nearest interaction.
    case fail
    /// The emulator's answer.
    case emulate
}
