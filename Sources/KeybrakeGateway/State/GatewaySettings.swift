package import KeybrakeCrypto

/// What an operator decides about judging requests.
package struct GatewaySettings: Sendable {
    /// The status of a refusal because of a spend cap: 401, 402 or 403.
    package var capStatus: Int
    /// The secret under which clients' idempotency keys are made unique to their vault key; 32 bytes.
    package let idempotencySecret: HMACSHA256.Key
    /// The secret under which vault keys are stored; 32 bytes.
    package let pepper: HMACSHA256.Key
    package var fx: FXTable
    /// Whether raw `sk_test_`, `rk_test_` and `pk_test_` keys reach the emulator in emulate mode, ungoverned, so that
    /// this instance can play Stripe for another one.
    package var emulatorAcceptsTestKeys: Bool

    /// - Precondition: `capStatus` is 401, 402 or 403.
    package init(
        capStatus: Int, idempotencySecret: [UInt8], pepper: [UInt8], fx: FXTable, emulatorAcceptsTestKeys: Bool
    ) {
        precondition((401...403).contains(capStatus), "cap status must be 401, 402 or 403")
        self.capStatus = capStatus
        self.idempotencySecret = HMACSHA256.Key(idempotencySecret)
        self.pepper = HMACSHA256.Key(pepper)
        self.fx = fx
        self.emulatorAcceptsTestKeys = emulatorAcceptsTestKeys
    }
}
