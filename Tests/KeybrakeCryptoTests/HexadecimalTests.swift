import Testing

@testable import KeybrakeCrypto

@Suite struct HexadecimalTests {
    @Test func twoLowerCaseDigitsAByte() {
        #expect(Hexadecimal.text([]) == "")
        #expect(Hexadecimal.text([0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
    }
}
