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

    private func page(_ url: String, after seconds: Int64 = 0) -> EmulatorAnswer {
        let target = String(url.dropFirst(EmulatorConfiguration.standardPagesBaseURL.count))
        return host.page(.get, target: target, atUnixSeconds: Bench.start + seconds)
    }

    private func send(_ verb: Verb, _ path: String, _ form: FormMap = [:], after seconds: Int64 = 0) -> JSONValue {
        guard let match = Catalogue.shared.operation(verb: verb, path: path) else { return .null }
        let call = EmulatorCall(match: match, form: form, requestID: "req_f")
        return (try? JSONParser.parse(host.handle(call, world: "w", atUnixSeconds: Bench.start + seconds).body))
            ?? .null
    }

    @Test func `a file can be downloaded, by a link until that expires`() {
        let file = upload(body)
        let id = file["id"]?.stringValue ?? ""
        let answer = page(file["url"]?.stringValue ?? "")
        #expect(answer.status == 200)
        #expect(answer.body == Array("1234\r\n--5".utf8))
        let headers = Dictionary(answer.headers.map { ($0.name, $0.value) }) { $1 }
        #expect(headers["Content-Type"] == "image/png")
        #expect(headers["Content-Disposition"] == "attachment; filename*=UTF-8''a.PNG")
        let end = String(Bench.start + 100)
        let link = send(.post, "/v1/file_links", ["file": .text(id), "expires_at": .text(end)])
        #expect(link["expired"] == false)
        let url = link["url"]?.stringValue ?? ""
        #expect(page(url, after: 99).body == answer.body)
        #expect(page(url, after: 100).status == 410)
        let path = "/v1/file_links/\(link["id"]?.stringValue ?? "")"
        #expect(send(.get, path, after: 100)["expired"] == true)
        #expect(send(.post, path, ["expires_at": "now"], after: 100)["error"]?["param"] == "expires_at")
        let open = send(.post, "/v1/file_links", ["file": .text(id)])
        let openPath = "/v1/file_links/\(open["id"]?.stringValue ?? "")"
        #expect(send(.post, openPath, ["expires_at": "now"], after: 100)["expired"] == true)
        #expect(send(.get, "/v1/file_links", ["expired": "true"], after: 100)["data"]?.arrayValue?.count == 2)
        #expect(send(.get, "/v1/files/\(id)", after: 100)["links"]?["data"]?.arrayValue?.count == 2)
        #expect(send(.post, "/v1/file_links", ["file": "file_none"])["error"]?["param"] == "file")
        #expect(page(EmulatorConfiguration.standardPagesBaseURL + "/w/f/file_none").status == 404)
    }

    @Test func `a link can come with the upload, and equal keys compare the contents`() {
        let linked = body.replacing(
            "--X--", with: "--X\r\nContent-Disposition: form-data; name=\"file_link_data[create]\"\r\n\r\ntrue\r\n--X--"
        )
        #expect(upload(linked)["links"]?["data"]?.arrayValue?.count == 1)
        func keyed(_ body: String, _ boundary: String) -> JSONValue {
            guard let match = Catalogue.shared.operation(verb: .post, path: "/v1/files") else { return .null }
            let text = body.replacing("--X", with: "--\(boundary)")
            let call = EmulatorCall(
                match: match,
                upload: .init(contentType: "multipart/form-data; boundary=\(boundary)", bytes: Array(text.utf8)),
                idempotencyKey: "k", requestID: "req_f")
            return (try? JSONParser.parse(host.handle(call, world: "k", atUnixSeconds: Bench.start).body)) ?? .null
        }
        let first = keyed(body, "A")
        #expect(keyed(body, "B") == first)
        #expect(keyed(body.replacing("1234", with: "1235"), "A")["error"]?["type"] == "idempotency_error")
    }
}
