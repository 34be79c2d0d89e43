import Testing

@testable import KeybrakeCrypto

/// Known answers of FIPS 180-4 and NIST's example files.
@Suite struct SHA256Tests {
    static let answers = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]

    @Test(arguments: answers)
    func aTextsDigest(text: String, digest: String) {
        #expect(SHA256Digest(hashing: text).description == digest)
    }

    @Test func aMillionLetters() {
        let digest = SHA256Digest(hashing: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(digest.description == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test(arguments: [1, 3, 63, 64, 65])
    func piecesGiveTheSameAsTheWhole(pieceBytes: Int) {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
            hasher.update(bytes[start..<min(start + pieceBytes, bytes.count)])
        }
        #expect(hasher.finish() == SHA256Digest(hashing: bytes))
    }

    @Test func anySequenceOfBytesWillDo() {
        var hasher = SHA256Hasher()
        hasher.update("ab".utf8)
        hasher.update(CollectionOfOne(UInt8(ascii: "c")))
        hasher.update(EmptyCollection<UInt8>())
        #expect(hasher.finish() == SHA256Digest(hashing: "abc"))
    }
}
