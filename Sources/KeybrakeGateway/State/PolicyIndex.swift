package import KeybrakeLedger
package import KeybrakeStripe
internal import Synchronization

/// Policies in the form in which requests are judged, compiled once for each policy hash.
package final class PolicyIndex: Sendable {
    /// One policy, ready to judge with.
    package struct Compiled: Sendable {
        package let operations: AllowedOperations
        /// Empty means any customer.
        package let customers: Set<String>
        package let perCallMaxUSDCents: Int64?
    }

    /// How many policies are kept compiled; past that all are compiled anew as they are needed.
    package static let policiesMax = 4_096

    private let catalogue: Catalogue
    private let compiled = Mutex<[String: Compiled]>([:])

    package init(catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    /// The compiled form of a policy.
    ///
    /// - Throws: when one of its rules names no operation of this catalogue. Keys with such a policy cannot be issued,
    ///   but a database may have come from a version with another catalogue.
    package func compile(_ policy: Policy, hash: String) throws(OperationRule.Failure) -> Compiled {
        if let known = compiled.withLock({ $0[hash] }) { return known }
        let fresh = Compiled(
            operations: try AllowedOperations(policy.allowedOperations, catalogue: catalogue),
            customers: Set(policy.customers), perCallMaxUSDCents: policy.perCallMaxUSDCents)
        compiled.withLock { known in
            if known.count >= Self.policiesMax { known.removeAll() }
            known[hash] = fresh
        }
        return fresh
    }
}
