package import KeybrakeStripe

/// The operations that a policy allows, as one bit per operation of the catalogue.
package struct AllowedOperations: Sendable, Equatable {
    private let isAllowed: [Bool]

    /// Every operation that at least one of the rules covers.
    ///
    /// - Throws: the failure of the first line that is no rule.
    package init(_ rules: [String], catalogue: Catalogue) throws(OperationRule.Failure) {
        var isAllowed = [Bool](repeating: false, count: catalogue.operations.count)
        for text in rules {
            let rule = try OperationRule(text, catalogue: catalogue)
            for operation in catalogue.operations where rule.allows(operation) {
                isAllowed[operation.index] = true
            }
        }
        self.isAllowed = isAllowed
    }

    /// Whether the operation may be called.
    package func contains(_ operation: Operation) -> Bool {
        isAllowed[operation.index]
    }
}
