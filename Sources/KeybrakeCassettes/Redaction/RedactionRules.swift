/// Which members and parameters are secret by their name, beyond what is recognised by its form.
package struct RedactionRules: Sendable {
    /// What Stripe's API has of the kind; see `docs/CASSETTE_FORMAT.md`.
    package static let standard = RedactionRules(additionalNames: [])

    /// Further names, in lower case, whose values are replaced wherever they appear.
    package let additionalNames: Set<String>

    package init(additionalNames: Set<String>) {
        self.additionalNames = additionalNames
    }
}
