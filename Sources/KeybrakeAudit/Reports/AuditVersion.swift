/// The program and the version of its rules, as reports name them.
package enum AuditVersion {
    package static let number = "0.1.0"
    /// `keybrake-audit 0.1.0`.
    package static let name = "keybrake-audit \(number)"
}
