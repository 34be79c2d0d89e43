import Testing

@testable import KeybrakeCrypto

@Suite struct ConstantTimeTests {
    @Test(
        arguments: [
            ([], [], true), ([1, 2, 3], [1, 2, 3], true), ([1, 2, 3], [1, 2, 4], false),
            ([0, 2, 3], [1, 2, 3], false),
            ([1, 2], [1, 2, 3], false), ([], [0], false),
        ] as [([UInt8], [UInt8], Bool)])
    func comparison(left: [UInt8], right: [UInt8], areEqual: Bool) {
        #expect(ConstantTime.areEqual(left, right) == areEqual)
        #expect(ConstantTime.areEqual(right, left) == areEqual)
    }
}
