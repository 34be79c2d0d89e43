import Testing

@testable import KeybrakeServer

@Suite("Date header")
struct DateHeaderTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func writesTheDateOfASecond(second: Int64, expected: String) {
        var date = DateHeader()
        #expect(String(decoding: date.bytes(atSecond: second), as: UTF8.self) == expected)
    }

    @Test func followsTheClock() {
        var date = DateHeader()
        let first = date.bytes(atSecond: 10)
        #expect(date.bytes(atSecond: 10) == first)
        #expect(date.bytes(atSecond: 11) != first)
    }
}
