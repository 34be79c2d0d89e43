/// Why a document is no policy, in words for whoever wrote it.
package struct PolicyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The member at fault, such as `daily_cap_usd`; `nil` when the document as a whole is.
    package let member: String?
    package let reason: String

    package var description: String { member.map { "\($0): \(reason)" } ?? reason }

    package init(_ member: String?, _ reason: String) {
        self.member = member
        self.reason = reason
    }
}
