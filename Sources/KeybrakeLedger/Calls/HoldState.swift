/// Where a hold stands. The first three are open: their amount counts against the cap.
package enum HoldState: String, Sendable, CaseIterable {
    /// A call on it is under way.
    case held
    /// The money can move but has not.
    case authorised
    /// A call's outcome was never learned.
    case unknown
    case settled
    case released

    /// Whether the amount counts against the cap.
    package var isOpen: Bool { self == .held || self == .authorised || self == .unknown }
}
