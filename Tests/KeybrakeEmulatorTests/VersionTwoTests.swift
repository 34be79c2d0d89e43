import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct VersionTwoTests {
    private let host = EmulatorHost(configuration: .standard)

    private func send(_ verb: Verb, _ path: String, json: String? = nil, query: FormMap = [:]) -> JSONValue {
        guard let match = Catalogue.shared.operation(verb: verb, path: path) else {
            Issue.record("no operation \(path)")
            return .null
        }
        let body = json.flatMap { try? JSONParser.parse($0) }
        let call = EmulatorCall(match: match, form: query, json: body, requestID: "req_v2")
        let answer = host.handle(call, world: "w", atUnixSeconds: Bench.start)
        let read = (try? JSONParser.parse(answer.body)) ?? .null
        if answer.status == 200 {
            #expect(ShapeFit.misfits(read, match.operation.response) == [], "\(path)")
        }
        return read
    }

    private let destination =
        #"{"name":"n","type":"webhook_endpoint","event_payload":"thin","#
        + #""enabled_events":["v1.billing.meter.no_meter_found"],"#
        + #""webhook_endpoint":{"url":"https://a.b/c"},"metadata":{"k":"v"}}"#

    @Test func `what was sent as JSON comes back`() {
        let made = send(.post, "/v2/core/event_destinations", json: destination)
        #expect(made["name"] == "n")
        #expect(made["metadata"] == ["k": "v"])
        #expect(made["created"] == .string(CivilTime.rfc3339(Bench.start)))
        let id = made["id"]?.stringValue ?? ""
        #expect(id.hasPrefix("ed_test_"))
        #expect(send(.get, "/v2/core/event_destinations/\(id)")["name"] == "n")
        #expect(send(.post, "/v2/core/event_destinations/\(id)/disable")["status"] == "disabled")
        #expect(send(.post, "/v2/core/event_destinations/\(id)/enable")["status"] == "enabled")
        #expect(send(.delete, "/v2/core/event_destinations/\(id)")["id"] == .string(id))
        #expect(send(.get, "/v2/core/event_destinations/\(id)")["error"]?["message"] != nil)
    }

    @Test func `pages are named by addresses`() {
        let ids = (0..<3).compactMap { _ in send(.post, "/v2/core/event_destinations", json: destination)["id"] }
        let first = send(.get, "/v2/core/event_destinations", query: ["limit": "2"])
        #expect(first["data"]?.arrayValue?.compactMap { $0["id"] } == [ids[2], ids[1]])
        let next = first["next_page_url"]?.stringValue ?? ""
        #expect(next.hasPrefix("/v2/core/event_destinations?limit=2&page="))
        let token = String(next.split(separator: "=").last ?? "")
        let second = send(.get, "/v2/core/event_destinations", query: ["limit": "2", "page": .text(token)])
        #expect(second["data"]?.arrayValue?.compactMap { $0["id"] } == [ids[0]])
        #expect(second["next_page_url"] == .null)
        let back = second["previous_page_url"]?.stringValue ?? ""
        let before = String(back.split(separator: "=").last ?? "")
        let again = send(.get, "/v2/core/event_destinations", query: ["limit": "2", "page": .text(before)])
        #expect(again["data"] == first["data"])
        #expect(again["next_page_url"] != .null)
        #expect(again["previous_page_url"] == .null)
        #expect(first["previous_page_url"] == .null)
        for page in ["page_none", "nonsense"] {
            let refused = send(.get, "/v2/core/event_destinations", query: ["page": .text(page)])["error"]
            #expect(refused?["param"] == "page")
            #expect(refused?["code"] == "invalid_request")
        }
    }

    @Test(arguments: [
        (#"[]"#, nil), (#"{"name":5}"#, "name"), (#"{"name":"n","nope":1}"#, "nope"),
        (#"{"name":"n","enabled_events":"x"}"#, "enabled_events"),
    ])
    func `bodies are checked`(json: String, param: String?) {
        let error = send(.post, "/v2/core/event_destinations", json: json)["error"]
        #expect(error?["type"] == "invalid_request_error")
        #expect(error?["doc_url"] == nil)
        #expect(error?["request_log_url"] == nil)
        #expect(error?["param"]?.stringValue == param)
    }
}
