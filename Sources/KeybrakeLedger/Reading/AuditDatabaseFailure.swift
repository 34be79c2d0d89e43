/// Why a ledger database cannot be read, in words for the person who named the file.
package struct AuditDatabaseFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
