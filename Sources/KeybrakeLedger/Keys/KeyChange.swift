/// What an operator does to a vault key. Doing it twice is no error: the second time changes nothing.
package enum KeyChange: Sendable, Equatable {
    /// For good: no later call passes, and nothing undoes it.
    case revoke(reason: String?)
    /// Until resumed.
    case pause
    case resume
    /// A new secret under the same id: budget, holds and audit trail go on, the old secret is void at once.
    case rotate(newMAC: [UInt8])

    /// The word for it in the audit trail.
    package var name: String {
        switch self {
        case .revoke: "revoke"
        case .pause: "pause"
        case .resume: "resume"
        case .rotate: "rotate"
        }
    }
}
