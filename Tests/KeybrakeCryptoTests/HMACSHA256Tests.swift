import Testing

@testable import KeybrakeCrypto

/// Known answers of RFC 4231.
@Suite struct HMACSHA256Tests {
    @Test func case1() {
        let code = HMACSHA256.code("Hi There", key: [UInt8](repeating: 0x0B, count: 20))
        #expect(Hexadecimal.text(code) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    }

    @Test func case2() {
        let code = HMACSHA256.code("what do ya want for nothing?", key: Array("Jefe".utf8))
        #expect(Hexadecimal.text(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func case3() {
        let code = HMACSHA256.code(
            [UInt8](repeating: 0xDD, count: 50), key: [UInt8](repeating: 0xAA, count: 20))
        #expect(Hexadecimal.text(code) == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
    }

    @Test func case6AKeyLongerThanABlock() {
        let code = HMACSHA256.code(
            "Test Using Larger Than Block-Size Key - Hash Key First", key: [UInt8](repeating: 0xAA, count: 131))
        #expect(Hexadecimal.text(code) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func nothingUnderAnEmptyKey() {
        let code = HMACSHA256.code([], key: [])
        #expect(Hexadecimal.text(code) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }
}
