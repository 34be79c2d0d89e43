/// A key with its policy, as both stood at one moment. Shared by reference, because every request looks one up.
package final class KeyEntry: Sendable {
    package let key: VaultKey
    package let policy: Policy

    package init(key: VaultKey, policy: Policy) {
        self.key = key
        self.policy = policy
    }
}
