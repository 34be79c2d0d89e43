import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct VersionTwoTests {
    private let host = EmulatorHost(configuration: .standard)

    private func send(
        _ verb: Verb, _ path: String, json: String? = nil, query: FormMap = [:], key: String? = nil,
        apiKey: String = "sk_test_v2", after seconds: Int64 = 0
    ) -> JSONValue {
        guard let match = Catalogue.shared.operation(verb: verb, path: path) else {
            Issue.record("no operation \(path)")
            return .null
        }
        let body = json.flatMap { try? JSONParser.parse($0) }
        let call = EmulatorCall(
            match: match, form: query, json: body, apiKey: apiKey, idempotencyKey: key, requestID: "req_v2")
        let answer = host.handle(call, world: "w", atUnixSeconds: Bench.start + seconds)
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

    @Test func `destinations show what is asked for, and hear of what they want`() throws {
        let made = send(.post, "/v2/core/event_destinations", json: destination)
        let id = made["id"]?.stringValue ?? ""
        #expect(made["webhook_endpoint"] == nil)
        #expect(made["events_from"] == ["self"])
        let asked = destination.dropLast() + #","include":["webhook_endpoint.url","webhook_endpoint.signing_secret"]}"#
        let open = send(.post, "/v2/core/event_destinations", json: String(asked))
        #expect(open["webhook_endpoint"]?["url"] == "https://a.b/c")
        #expect(open["webhook_endpoint"]?["signing_secret"]?.stringValue?.hasPrefix("whsec_") == true)
        let seen = send(.get, "/v2/core/event_destinations/\(id)", query: ["include": .list(["webhook_endpoint.url"])])
        #expect(seen["webhook_endpoint"] == ["url": "https://a.b/c"])
        let event = send(.post, "/v2/core/event_destinations/\(id)/ping")
        #expect(event["type"] == "v2.core.event_destination.ping")
        #expect(event["related_object"]?["url"]?.stringValue == "/v2/core/event_destinations/\(id)")
        let deliveries = host.takeDeliveries(world: "w", limit: 9, atUnixSeconds: Bench.start)
        #expect(deliveries.map(\.endpoint) == [id])
        #expect(deliveries.first.flatMap { try? JSONParser.parse($0.body) } == event)
        #expect(send(.get, "/v2/core/events/\(event["id"]?.stringValue ?? "")") == event)
        let disabled = send(.post, "/v2/core/event_destinations/\(id)/disable")
        #expect(disabled["status_details"]?["disabled"]?["reason"] == "user")
        #expect(send(.post, "/v2/core/event_destinations/\(id)/ping")["error"]?["code"] == "event_destination_disabled")
        #expect(send(.post, "/v2/core/event_destinations/\(id)/enable")["status_details"] == nil)
        #expect(send(.get, "/v1/events")["data"] == [])
    }

    @Test func `what happens in the first API is a thin event too`() {
        let wish =
            #"{"name":"n","type":"webhook_endpoint","event_payload":"thin","enabled_events":["v1.customer.created"],"#
            + #""webhook_endpoint":{"url":"https://a.b/c"}}"#
        _ = send(.post, "/v2/core/event_destinations", json: wish)
        let customer = send(.post, "/v1/customers", query: ["name": "A"])["id"]?.stringValue ?? ""
        _ = send(.post, "/v1/products", query: ["name": "A"])
        let deliveries = host.takeDeliveries(world: "w", limit: 9, atUnixSeconds: Bench.start)
        let event = deliveries.first.flatMap { try? JSONParser.parse($0.body) }
        #expect(deliveries.count == 1)
        #expect(event?["type"] == "v1.customer.created")
        #expect(event?["related_object"]?["id"] == .string(customer))
        #expect(event?["related_object"]?["url"]?.stringValue == "/v1/customers/\(customer)")
        #expect(event?["reason"]?["request"]?["id"] == "req_v2")
        let listed = send(
            .get, "/v2/core/events", query: ["types": .list(["v1.customer.created", "v1.product.created"])])
        let types = listed["data"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
        #expect(types == ["v1.product.created", "v1.customer.created"])
        let own = send(.get, "/v2/core/events", query: ["object_id": .text(customer)])
        #expect(own["data"]?.arrayValue?.count == 1)
        let later = send(
            .get, "/v2/core/events", query: ["created": .map(["gt": .text(CivilTime.rfc3339(Bench.start))])])
        #expect(later["data"] == [])
        let bad = send(.get, "/v2/core/events", query: ["created": .map(["gt": "yesterday"])])["error"]
        #expect(bad?["message"]?.stringValue?.hasPrefix("Invalid timestamp") == true)
    }

    @Test func `accounts of the second API apply configurations, and close`() {
        let made = send(
            .post, "/v2/core/accounts",
            json: #"{"display_name":"A","contact_email":"a@b.c","configuration":{"merchant":{},"customer":{}},"#
                + #""include":["configuration.merchant"],"metadata":{"a":"b"}}"#)
        let id = made["id"]?.stringValue ?? ""
        #expect(id.hasPrefix("acct_"))
        #expect(made["applied_configurations"] == ["customer", "merchant"])
        #expect(made["configuration"]?["merchant"] != nil)
        #expect(made["configuration"]?["customer"] == nil)
        #expect(made["identity"] == nil)
        #expect(send(.get, "/v2/core/accounts/\(id)")["configuration"] == nil)
        let seen = send(.get, "/v2/core/accounts/\(id)", query: ["include": .list(["identity", "requirements"])])
        #expect(seen["identity"] != nil)
        #expect(seen["display_name"] == "A")
        let changed = send(
            .post, "/v2/core/accounts/\(id)", json: #"{"configuration":{"customer":{"applied":false}}}"#)
        #expect(changed["applied_configurations"] == ["merchant"])
        let wrong = send(.post, "/v2/core/accounts/\(id)/close", json: #"{"applied_configurations":["customer"]}"#)
        #expect(wrong["error"]?["param"] == "applied_configurations")
        let person = send(.post, "/v2/core/accounts/\(id)/persons", json: #"{"given_name":"Ada"}"#)
        #expect(person["account"] == .string(id))
        let path = "/v2/core/accounts/\(id)/persons/\(person["id"]?.stringValue ?? "")"
        #expect(send(.delete, path)["id"] == person["id"])
        #expect(send(.get, path)["error"]?["code"] == "not_found")
        let link = send(
            .post, "/v2/core/account_links",
            json: #"{"account":"\#(id)","use_case":{"type":"account_onboarding","account_onboarding":"#
                + #"{"configurations":["merchant"],"refresh_url":"https://a.b"}}}"#)
        #expect(link["expires_at"] == .string(CivilTime.rfc3339(Bench.start + CoreAccounts.linkSeconds)))
        #expect(send(.post, "/v2/core/accounts/\(id)/close")["closed"] == true)
        #expect(send(.post, "/v2/core/accounts/\(id)", json: "{}")["error"]?["code"] == "account_closed")
        #expect(send(.get, "/v2/core/accounts")["data"] == [])
        #expect(send(.get, "/v2/core/accounts", query: ["closed": "true"])["data"]?.arrayValue?.count == 1)
        let types = send(.get, "/v2/core/events")["data"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
        #expect(
            types == [
                "v2.core.account.closed", "v2.core.account_person.deleted", "v2.core.account_person.created",
                "v2.core.account[configuration.customer].updated", "v2.core.account.updated", "v2.core.account.created",
            ])
    }

    @Test func `meter events are taken, told of when they are wrong, and cancelled`() {
        let event =
            #"{"event_name":"calls","payload":{"stripe_customer_id":"cus_test_fixture","value":"3"},"identifier":"i1"}"#
        let made = send(.post, "/v2/billing/meter_events", json: event)
        #expect(made["identifier"] == "i1")
        let none = send(.get, "/v2/core/events")["data"]?.arrayValue?.first
        #expect(none?["type"] == "v1.billing.meter.no_meter_found")
        #expect(none?["data"]?["reason"]?["error_count"] == 1)
        #expect(send(.post, "/v2/billing/meter_events", json: event)["error"]?["code"] == "duplicate_meter_event")
        let meter = send(
            .post, "/v1/billing/meters",
            query: [
                "display_name": "a", "event_name": "calls", "default_aggregation": .map(["formula": "sum"]),
            ])["id"]?.stringValue
        let events = send(.get, "/v2/core/events")["data"]?.arrayValue?.count
        _ = send(.post, "/v2/billing/meter_events", json: event.replacing("i1", with: "i2"))
        let counted = send(.get, "/v2/core/events")["data"]?.arrayValue
        #expect(counted?.count == events, "\(counted?.first.map { JSONWriter.text($0) } ?? "")")
        _ = send(.post, "/v2/billing/meter_events", json: #"{"event_name":"calls","payload":{"value":"x"}}"#)
        let report = send(.get, "/v2/core/events")["data"]?.arrayValue?.first
        #expect(report?["type"] == "v1.billing.meter.error_report_triggered")
        #expect(report?["related_object"]?["id"]?.stringValue == meter)
        let cancel = #"{"event_name":"calls","type":"cancel","cancel":{"identifier":"i2"}}"#
        #expect(send(.post, "/v2/billing/meter_event_adjustments", json: cancel)["status"] == "complete")
        #expect(send(.post, "/v2/billing/meter_event_adjustments", json: cancel)["error"]?["code"] == "not_found")
        let old = #"{"event_name":"calls","payload":{},"timestamp":"2020-01-01T00:00:00Z"}"#
        #expect(send(.post, "/v2/billing/meter_events", json: old)["error"]?["code"] == "timestamp_too_far_in_past")
    }

    @Test func `events are streamed with the token of a session, for a while`() {
        let stream = "/v2/billing/meter_event_stream"
        let events = #"{"events":[{"event_name":"calls","payload":{"value":"3"}}]}"#
        #expect(send(.post, stream, json: events)["error"]?["code"] == "unauthorized")
        let session = send(.post, "/v2/billing/meter_event_session")
        let token = session["authentication_token"]?.stringValue ?? ""
        #expect(send(.post, stream, json: events, apiKey: token) == [:])
        let late = send(.post, stream, json: events, apiKey: token, after: MeteredEvents.sessionSeconds)["error"]
        #expect(late?["type"] == "temporary_session_expired")
        #expect(late?["code"] == "billing_meter_event_session_expired")
        #expect(send(.post, "/v2/core/accounts", json: "{}", apiKey: token)["error"]?["code"] == "unauthorized")
    }

    @Test func `keys are remembered for thirty days, for deletions too, and not for failures`() {
        let made = send(.post, "/v2/core/event_destinations", json: destination, key: "k1")
        let again = send(.post, "/v2/core/event_destinations", json: destination, key: "k1", after: 29 * 86_400)
        #expect(again == made)
        let later = send(.post, "/v2/core/event_destinations", json: destination, key: "k1", after: 30 * 86_400)
        #expect(later["id"] != made["id"])
        let path = "/v2/core/event_destinations/\(made["id"]?.stringValue ?? "")"
        let gone = send(.delete, path, key: "k2", after: 30 * 86_400)
        #expect(send(.delete, path, key: "k2", after: 30 * 86_400) == gone)
        let link =
            #"{"account":"acct_none","use_case":{"type":"account_update","account_update":"#
            + #"{"configurations":[],"refresh_url":"https://a.b"}}}"#
        #expect(send(.post, "/v2/core/account_links", json: link, key: "k3")["error"] != nil)
        let other = send(.post, "/v2/core/accounts", json: "{}", key: "k3", after: 30 * 86_400)
        #expect(other["id"] != nil)
    }
}

@Suite struct DateTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-22T16:40:00Z", 1_795_365_600),
        ("2026-11-22T18:40:00.25+02:00", 1_795_365_600),
        ("2024-02-29t23:59:59z", 1_709_251_199),
    ])
    func `times are read`(text: String, seconds: Int64) {
        #expect(DateTimeText.unixSeconds(text) == seconds)
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-11-22T16:40Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+0200", "2026-01-01 00:00:00Z",
        "+026-01-01T00:00:00Z",
    ])
    func `what is no time is not`(text: String) {
        #expect(DateTimeText.unixSeconds(text) == nil)
    }
}
