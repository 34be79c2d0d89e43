/// What is kept out of cassettes beyond what is recognised by its form or by Stripe's own names.
package struct RedactionRules: Sendable {
    /// Nothing beyond Stripe's own names; live-mode data is refused. `docs/CASSETTE_FORMAT.md` lists the names.
    package static let standard = RedactionRules(additionalNames: [], refusesLiveMode: true)

    /// Further names, in lower case, whose values are replaced wherever they appear.
    package let additionalNames: Set<String>
    /// Whether an answer that says `livemode: true` is refused.
    package let refusesLiveMode: Bool

    package init(additionalNames: Set<String>, refusesLiveMode: Bool) {
        self.additionalNames = additionalNames
        self.refusesLiveMode = refusesLiveMode
    }
}
