/// A vault key to be issued. The caller has minted the token and shows it once; the ledger gets its code only.
package struct NewVaultKey: Sendable {
    /// The id in the token.
    package var id: String
    /// `test` or `live`, as in the token.
    package var environment: String
    /// See ``VaultKeyToken/code(pepper:)``.
    package var mac: [UInt8]
    package var policy: Policy
    package var label: String?
    package var conversation: String?
    package var agent: String?
    /// Microseconds since 1970; `nil` for a key that does not expire.
    package var expiresAtMicroseconds: Int64?
    package var replaces: String?

    package init(
        id: String, environment: String, mac: [UInt8], policy: Policy, label: String? = nil,
        conversation: String? = nil, agent: String? = nil, expiresAtMicroseconds: Int64? = nil, replaces: String? = nil
    ) {
        self.id = id
        self.environment = environment
        self.mac = mac
        self.policy = policy
        self.label = label
        self.conversation = conversation
        self.agent = agent
        self.expiresAtMicroseconds = expiresAtMicroseconds
        self.replaces = replaces
    }
}
