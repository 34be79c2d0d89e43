import KeybrakeStripe
import Testing

@Suite("API version")
struct APIVersionTests {
    @Test("takes dates, and dates with a name", arguments: ["2020-08-27", "2026-05-27.dahlia", "2026-05-27.preview"])
    func takes(text: String) {
        #expect(APIVersion(text)?.description == text)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "2020", "2020-8-27", "2020/08/27", "2020-08-27.", "2020-08-27-dahlia", "2020-08-27.Dahlia",
            "2020-08-27.dahlia2", "2020-08-27 ", "2020-08-27\r\nX: y", "２０２０-08-27",
            "2020-08-27." + String(repeating: "a", count: 30),
        ])
    func refuses(text: String) {
        #expect(APIVersion(text) == nil)
    }
}
