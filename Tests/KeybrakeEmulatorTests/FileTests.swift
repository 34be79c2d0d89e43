import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct FileTests {
    private let host = EmulatorHost(configuration: .standard)

    private func upload(_ body: String, _ contentType: String = "multipart/form-data; boundary=X") -> JSONValue {
        guard let match = Catalogue.shared.operation(verb: .post, path: "/v1/files") else { return .null }
        let call = EmulatorCall(
            match: match, upload: .init(contentType: contentType, bytes: Array(body.utf8)), requestID: "req_f")
        let answer = host.handle(call, world: "w", atUnixSeconds: Bench.start)
        return (try? JSONParser.parse(answer.body)) ?? .null
    }

    private let body =
        "--X\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\ndispute_evidence\r\n"
        + "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.PNG\"\r\nContent-Type: image/png\r\n\r\n"
        + "1234\r\n--5\r\n--X--\r\n"

    @Test func `an uploaded file is remembered by its name, size and purpose`() {
        let file = upload(body)
        #expect(file["purpose"] == "dispute_evidence")
        #expect(file["filename"] == "a.PNG")
        #expect(file["size"] == 9)
        #expect(file["type"] == "png")
        let id = file["id"]?.stringValue ?? ""
        guard let match = Catalogue.shared.operation(verb: .get, path: "/v1/files/\(id)") else { return }
        let found = host.handle(EmulatorCall(match: match, requestID: "r"), world: "w", atUnixSeconds: Bench.start)
        #expect((try? JSONParser.parse(found.body)) == file)
    }

    @Test func `a body that is no form is refused`() {
        for (body, type) in [
            ("", "multipart/form-data; boundary=X"), ("--X", "multipart/form-data; boundary=X"),
            ("--X\r\n--X--", "multipart/form-data; boundary=X"),
            ("--X\r\n--X\r\n--X--", "multipart/form-data; boundary=X"),
            ("--X\r\n\r\n", "multipart/form-data; boundary=X"), (body, "multipart/form-data"), (body, "text/plain"),
            (body, "multipart/form-data; boundary=Y"), ("--X--\r\n", "multipart/form-data; boundary=X"),
        ] {
            #expect(upload(body, type)["error"]?["type"] == "invalid_request_error")
        }
    }
}
