import Testing

@testable import KeybrakeLedger

@Suite struct VaultKeyTests {
    private func key(expires: Int64? = nil, paused: Int64? = nil, revoked: Int64? = nil) -> VaultKey {
        VaultKey(
            id: "k", environment: "test", mac: [], policyHash: "", createdAtMicroseconds: 0,
            expiresAtMicroseconds: expires, pausedAtMicroseconds: paused, revokedAtMicroseconds: revoked, epoch: 1)
    }

    @Test func aKeyIsAliveUntilItsExpiry() {
        #expect(key().standing(atMicroseconds: .max) == .alive)
        #expect(key(expires: 10).standing(atMicroseconds: 9) == .alive)
        #expect(key(expires: 10).standing(atMicroseconds: 10) == .expired)
    }

    @Test func theMostFinalReasonIsTold() {
        #expect(key(paused: 1).standing(atMicroseconds: 5) == .paused)
        #expect(key(expires: 2, paused: 1).standing(atMicroseconds: 5) == .expired)
        #expect(key(expires: 2, paused: 1, revoked: 1).standing(atMicroseconds: 5) == .revoked)
    }
}
