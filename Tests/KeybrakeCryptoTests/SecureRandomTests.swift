import Testing

@testable import KeybrakeCrypto

@Suite struct SecureRandomTests {
    @Test func itGivesAsManyAsAsked() {
        for count in [0, 1, 31, 1_000] {
            #expect(SecureRandom.bytes(count: count).count == count)
            #expect(SecureRandom.base62(count: count).utf8.count == count)
        }
    }

    @Test func noTwoAreTheSame() {
        let secrets = Set((0..<1_000).map { _ in SecureRandom.base62(count: 32) })
        #expect(secrets.count == 1_000)
        #expect(SecureRandom.bytes(count: 32) != SecureRandom.bytes(count: 32))
    }

    @Test func everyCharacterComesAndNoOther() {
        let alphabet = Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        // A character that is as likely as the others is missing once in 10^70 runs.
        #expect(Set(SecureRandom.base62(count: 10_000)) == alphabet)
    }
}
