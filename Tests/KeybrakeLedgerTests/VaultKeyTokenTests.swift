import KeybrakeCrypto
import Testing

@testable import KeybrakeLedger

@Suite struct VaultKeyTokenTests {
    private static let secret = "0123456789ABCDEFGHIJabcdefghij01"

    private func token() throws -> VaultKeyToken {
        try #require(VaultKeyToken.mint(environment: "test", id: "abcdefghijkl", secret: Self.secret))
    }

    @Test func theTextIsReadBack() throws {
        let token = try token()
        #expect(token.text.hasPrefix("vk_test_abcdefghijkl_\(Self.secret)_"))
        #expect(token.text.utf8.count == 8 + 12 + 1 + 32 + 1 + 6)
        let (parsed, suffixes) = try VaultKeyToken.parse(token.text)
        #expect(parsed == token)
        #expect(suffixes.isEmpty)
    }

    @Test func aMintedSecretIsReadBack() throws {
        for environment in VaultKeyToken.environments {
            let token = try #require(
                VaultKeyToken.mint(
                    environment: environment, id: SecureRandom.base62(count: 12),
                    secret: SecureRandom.base62(count: 32)))
            #expect(try VaultKeyToken.parse(token.text).token == token)
        }
    }

    @Test func suffixesPassInTheirOrder() throws {
        let (_, suffixes) = try VaultKeyToken.parse(try token().text + "~turn=7~agent=billing~session=a=b%20c")
        #expect(suffixes.map(\.0) == ["turn", "agent", "session"])
        #expect(suffixes.map(\.1) == ["7", "billing", "a=b%20c"])
    }

    @Test(
        arguments: [
            "~", "~turn", "~turn=", "~=7", "~turn=7~", "~Turn=7", "~turn=7~turn=8", "~turn= 7", "~turn=\u{e9}",
            "~a=1~b=1~c=1~d=1~e=1~f=1~g=1~h=1~i=1", "~a=" + String(repeating: "x", count: 256),
        ])
    func suffixesOfAnotherFormAreRefused(suffix: String) throws {
        let text = try token().text + suffix
        #expect(throws: TokenFailure.malformedSuffix) { try VaultKeyToken.parse(text) }
    }

    @Test func everySingleMistypedCharacterIsNoticed() throws {
        let text = Array(try token().text.utf8)
        for index in 3..<text.count {
            for replacement in [UInt8(ascii: "x"), UInt8(ascii: "_"), UInt8(ascii: "9"), UInt8(ascii: " ")]
            where text[index] != replacement {
                var wrong = text
                wrong[index] = replacement
                let mistyped = String(decoding: wrong, as: UTF8.self)
                #expect(throws: TokenFailure.mistyped, "\(mistyped)") { try VaultKeyToken.parse(mistyped) }
            }
        }
    }

    @Test func aTruncatedOrDoubledKeyIsMistyped() throws {
        let text = try token().text
        for count in 3..<text.count {
            #expect(throws: TokenFailure.mistyped) { try VaultKeyToken.parse(text.prefix(count)) }
        }
        #expect(throws: TokenFailure.mistyped) { try VaultKeyToken.parse(text + text) }
        #expect(throws: TokenFailure.mistyped) { try VaultKeyToken.parse(text + " ") }
    }

    @Test(
        arguments: [
            ("", .missing),
            ("sk_live_51H", .rawStripeKey(kind: .secret, isLive: true)),
            ("sk_test_51H", .rawStripeKey(kind: .secret, isLive: false)),
            ("rk_live_51H", .rawStripeKey(kind: .restricted, isLive: true)),
            ("pk_test_51H", .rawStripeKey(kind: .publishable, isLive: false)),
            ("ek_test_x", .rawStripeKey(kind: .ephemeral, isLive: false)),
            ("whsec_x", .rawStripeKey(kind: .webhookSecret, isLive: false)),
            ("hunter2", .notAVaultKey), ("VK_test_x", .notAVaultKey), (" vk_test_x", .notAVaultKey),
            ("vk_", .mistyped), ("vk_prod_x_y_z", .mistyped), ("vk_test_x_y_z", .mistyped),
        ] as [(String, TokenFailure)])
    func otherTextsAreToldApart(text: String, failure: TokenFailure) {
        #expect(throws: failure) { try VaultKeyToken.parse(text) }
    }

    @Test func aFailureNeverCarriesTheText() {
        do {
            _ = try VaultKeyToken.parse("sk_live_TOPSECRET")
            Issue.record("accepted")
        } catch {
            #expect(!"\(error)".contains("TOPSECRET"))
            #expect(!String(reflecting: error).contains("TOPSECRET"))
        }
    }

    @Test func partsOfAnotherFormAreNotMinted() {
        #expect(VaultKeyToken.mint(environment: "prod", id: "abcdefghijkl", secret: Self.secret) == nil)
        #expect(VaultKeyToken.mint(environment: "test", id: "abcdefghijk", secret: Self.secret) == nil)
        #expect(VaultKeyToken.mint(environment: "test", id: "abcdefghijk_", secret: Self.secret) == nil)
        #expect(VaultKeyToken.mint(environment: "test", id: "abcdefghijkl", secret: "short") == nil)
    }

    @Test func theCodeDependsOnEveryPart() throws {
        let codes = [
            try token().code(pepper: [1]),
            try token().code(pepper: [2]),
            VaultKeyToken.mint(environment: "live", id: "abcdefghijkl", secret: Self.secret)?.code(pepper: [1]),
            VaultKeyToken.mint(environment: "test", id: "abcdefghijkm", secret: Self.secret)?.code(pepper: [1]),
            VaultKeyToken.mint(environment: "test", id: "abcdefghijkl", secret: String(Self.secret.reversed()))?
                .code(pepper: [1]),
        ]
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0?.count == 32 })
    }

    @Test func theChecksumIsTheOneOfZip() {
        #expect(TokenChecksum.crc32("123456789".utf8) == 0xCBF4_3926)
        #expect(TokenChecksum.crc32([]) == 0)
        #expect(TokenChecksum.digits(of: []) == Array("000000".utf8))
        // 3421780262 in base 62: 3 45 35 27 22 14
        #expect(String(decoding: TokenChecksum.digits(of: "123456789".utf8), as: UTF8.self) == "3jZRME")
    }
}
