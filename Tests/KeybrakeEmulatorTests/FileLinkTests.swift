import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct FileLinkTests {
    private func upload(_ bench: Bench, _ purpose: String, _ more: String = "") -> Bench.Answer {
        let body =
            "--X\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n\(purpose)\r\n" + more
            + "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n12345\r\n--X--\r\n"
        return bench.upload("/v1/files", Array(body.utf8), "multipart/form-data; boundary=X")
    }

    @Test func `a file's bytes can be read again`() {
        let bench = Bench()
        let file = upload(bench, "dispute_evidence").id
        let contents = bench.host.fileContents(of: file, world: "w")
        #expect(contents == FileContents(name: "a.png", mediaType: "image/png", bytes: Array("12345".utf8)))
        #expect(bench.host.fileContents(of: "file_none", world: "w") == nil)
    }

    @Test func `a link shows a file until it expires`() {
        var bench = Bench()
        let file = upload(bench, "dispute_evidence").id
        let link = bench.post("/v1/file_links", "file=\(file)&expires_at=\(bench.now + 50)&metadata[a]=b")
        #expect(link["expired"] == false)
        let target = (link["url"]?.stringValue ?? "").split(separator: "/pages").last.map(String.init) ?? ""
        let read = { (now: Int64) in bench.host.page(.get, target: target, atUnixSeconds: now).status }
        #expect(read(bench.now) == 200)
        #expect(read(bench.now + 50) == 410)
        bench.now += 50
        #expect(bench.get("/v1/file_links/\(link.id)")["expired"] == true)
        #expect(bench.get("/v1/file_links", "expired=false").ids == [])
        #expect(bench.post("/v1/file_links/\(link.id)", "expires_at=\(bench.now + 9)").param == "expires_at")
        let other = bench.post("/v1/file_links", "file=\(file)").id
        #expect(bench.post("/v1/file_links/\(other)", "expires_at=now")["expired"] == true)
        #expect(bench.post("/v1/file_links", "file=\(file)&expires_at=5").param == "expires_at")
        #expect(bench.post("/v1/file_links", "file=file_none").param == "file")
        #expect(bench.post("/v1/file_links", "file=\(upload(bench, "identity_document").id)").param == "file")
    }

    @Test func `a file can be uploaded with a link`() {
        let bench = Bench()
        let part = "--X\r\nContent-Disposition: form-data; name=\"file_link_data[create]\"\r\n\r\ntrue\r\n"
        let file = upload(bench, "business_logo", part)
        #expect(file["links"]?["data"]?.arrayValue?.first?["file"] == .string(file.id))
        #expect(bench.get("/v1/file_links", "file=\(file.id)").ids.count == 1)
    }

    @Test func `the oldest bytes go when there are too many`() {
        var shelf = FileShelf(bytesMax: 12)
        shelf.keep([1, 2, 3, 4, 5, 6], of: "a")
        shelf.keep([7, 8, 9, 10, 11, 12], of: "b")
        #expect(shelf.bytes(of: "a") == [1, 2, 3, 4, 5, 6])
        shelf.keep([13], of: "c")
        #expect(shelf.bytes(of: "a") == nil)
        #expect(shelf.bytes(of: "b") == [7, 8, 9, 10, 11, 12])
        shelf.keep([UInt8](repeating: 1, count: 13), of: "d")
        #expect(shelf.bytes(of: "d") == nil)
        #expect(shelf.bytes(of: "c") == [13])
    }
}
