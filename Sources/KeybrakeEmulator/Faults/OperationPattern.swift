internal import KeybrakeStripe

/// Which operations a rule is about: `POST /v1/charges`, `POST /v1/payment_intents*`,
/// `* /v1/customers/{customer}`, `*`.
///
/// The path is a template of the catalogue; with `*` at its end it covers every template that begins so.
struct OperationPattern: Sendable, Equatable {
    let text: String
    /// For each operation of the catalogue, by its index.
    private let covered: [Bool]

    /// `nil` when the text covers no operation.
    init?(_ text: String) {
        let words = (text == "*" ? "* *" : text).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2 else { return nil }
        let isPrefix = words[1].hasSuffix("*")
        let path = isPrefix ? words[1].dropLast() : words[1]
        let covered = Catalogue.shared.operations.map { operation in
            (words[0] == "*" || words[0] == operation.verb.text)
                && (isPrefix ? operation.pathTemplate.hasPrefix(path) : operation.pathTemplate == path)
        }
        guard covered.contains(true) else { return nil }
        self.text = text
        self.covered = covered
    }

    func covers(_ operation: Operation) -> Bool {
        operation.index < covered.count && covered[operation.index]
    }
}
