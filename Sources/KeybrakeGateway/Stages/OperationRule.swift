package import KeybrakeStripe

/// One line of a policy's list of allowed operations: `POST /v1/charges`, `GET /v1/customers/*` or `GET *`.
///
/// A rule names operations of the catalogue, never path strings: `/v1/charges/{charge}/refund` is another operation
/// than `/v1/refunds`. A wildcard never covers a capability operation nor a writing one of v2 (which hand out
/// links, tokens and event destinations); those are allowed by exact name only.
package struct OperationRule: Sendable, Equatable {
    /// Why a line is no rule.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package let text: String
    private let verb: Verb
    private let template: String
    private let isPrefix: Bool

    /// Reads one line.
    ///
    /// - Throws: ``Failure`` when it has no form of a rule or matches no operation of the catalogue.
    package init(_ text: String, catalogue: Catalogue) throws(Failure) {
        let words = text.split(separator: " ")
        guard words.count == 2, let verb = Verb(text: words[0]) else {
            throw Failure(description: "'\(text)' is no rule: write a method and a path, such as 'POST /v1/charges'")
        }
        self.text = text
        self.verb = verb
        isPrefix = words[1].hasSuffix("*")
        template = isPrefix ? String(words[1].dropLast()) : String(words[1])
        guard catalogue.operations.contains(where: { self.allows($0) }) else {
            throw Failure(
                description:
                    "'\(text)' names no operation of Stripe's API; "
                    + "write a path template, such as 'GET /v1/charges/{charge}'"
            )
        }
    }

    /// Whether the rule covers the operation.
    package func allows(_ operation: Operation) -> Bool {
        guard operation.verb == verb else { return false }
        guard isPrefix else { return operation.pathTemplate == template }
        return !operation.moneyClass.mustBeNamed && operation.pathTemplate.utf8.starts(with: template.utf8)
    }
}
