import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct IdentityTests {
    private static let path = "/v1/identity/verification_sessions"

    private func submit(_ bench: Bench, _ id: String, _ failure: String? = nil) throws(EmulatorHost.Failure) {
        try bench.host.submitIdentity(world: "w", session: id, failure: failure, atUnixSeconds: bench.now)
    }

    @Test func `somebody fails once and is verified then`() throws {
        let bench = Bench()
        let made = bench.post(Self.path, "type=document&metadata[a]=b&client_reference_id=r1")
        #expect(made["status"] == "requires_input")
        #expect(made["client_secret"]?.stringValue?.hasPrefix(made.id + "_secret_") == true)
        #expect(made["url"]?.stringValue?.hasPrefix("https://verify.stripe.com/") == true)
        #expect(bench.post(Self.path, "metadata[a]=b").param == "type")
        try submit(bench, made.id, "document_expired")
        let failed = bench.get(Self.path + "/\(made.id)", "expand[]=last_verification_report")
        #expect(failed["status"] == "requires_input")
        #expect(failed["last_error"]?["code"] == "document_expired")
        #expect(failed["last_verification_report"]?["document"]?["status"] == "unverified")
        #expect(bench.post(Self.path + "/\(made.id)", "type=id_number")["type"] == "id_number")
        try submit(bench, made.id)
        let verified = bench.get(Self.path + "/\(made.id)")
        #expect(verified["status"] == "verified")
        #expect(verified["last_error"] == .null)
        #expect(verified["verified_outputs"]?["first_name"] == "Jenny")
        #expect(throws: EmulatorHost.Failure.self) { try submit(bench, made.id) }
        #expect(bench.post(Self.path + "/\(made.id)", "metadata[a]=c").status == 400)
        #expect(bench.post(Self.path + "/\(made.id)/cancel").status == 400)
        #expect(bench.get(Self.path, "status=verified").ids == [made.id])
        let reports = bench.get("/v1/identity/verification_reports", "verification_session=\(made.id)")
        #expect(reports.body["data"]?.arrayValue?.map { $0["type"] } == ["id_number", "document"])
        #expect(bench.get("/v1/identity/verification_reports", "type=id_number").ids.count == 1)
        let told = bench.get("/v1/events", "type=identity.*").body["data"]?.arrayValue?
            .compactMap { $0["type"]?.stringValue?.split(separator: ".").last }
        #expect(told == ["verified", "processing", "requires_input", "processing", "created"])
    }

    @Test func `what is redacted is personal no more`() throws {
        var bench = Bench()
        let id = bench.post(Self.path, "type=document&provided_details[email]=a@b.c").id
        try submit(bench, id)
        #expect(bench.post(Self.path + "/\(id)/redact")["redaction"]?["status"] == "processing")
        bench.now += 60
        let redacted = bench.get(Self.path + "/\(id)", "expand[]=last_verification_report")
        #expect(redacted["redaction"]?["status"] == "redacted")
        #expect(redacted["status"] == "verified")
        #expect(redacted["verified_outputs"]?["first_name"] == "[redacted]")
        #expect(redacted["last_verification_report"]?["document"]?["last_name"] == "[redacted]")
        #expect(redacted["provided_details"] == .null)
        let open = bench.post(Self.path, "type=document").id
        #expect(bench.post(Self.path + "/\(open)/redact")["status"] == "canceled")
        let canceled = bench.post(Self.path, "type=document").id
        #expect(bench.post(Self.path + "/\(canceled)/cancel")["status"] == "canceled")
        #expect(throws: EmulatorHost.Failure.self) { try submit(bench, canceled) }
    }
}
