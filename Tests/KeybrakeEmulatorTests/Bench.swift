import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// A client on a workbench: it speaks to one world of a host as an SDK would, and reads the answers as trees.
struct Bench {
    /// One answer, read.
    struct Answer {
        let status: Int
        let headers: [String: String]
        let bytes: [UInt8]
        let body: JSONValue

        subscript(name: String) -> JSONValue? { body[name] }
        var id: String { body["id"]?.stringValue ?? "" }
        var error: JSONValue? { body["error"] }
        var code: String? { error?["code"]?.stringValue }
        var param: String? { error?["param"]?.stringValue }
        var message: String? { error?["message"]?.stringValue }
        /// The ids of a list's elements.
        var ids: [String] { body["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? [] }
    }

    static let start: Int64 = 1_793_000_000

    let host: EmulatorHost
    var world = "w"
    var account: String?
    var apiKey = "sk_test_bench"
    /// `X-Keybrake-Fault` of every call.
    var faultHeader: String?
    /// `Stripe-Version` of every call.
    var apiVersion: String?
    /// The shell's clock.
    var now = Bench.start

    init(_ change: (inout EmulatorConfiguration) -> Void = { _ in }) {
        var configuration = EmulatorConfiguration.standard
        change(&configuration)
        host = EmulatorHost(configuration: configuration)
    }

    func get(_ path: String, _ query: String = "") -> Answer { send(.get, path, query) }
    func post(_ path: String, _ body: String = "", key: String? = nil) -> Answer { send(.post, path, body, key: key) }
    func delete(_ path: String) -> Answer { send(.delete, path, "") }

    func send(_ verb: Verb, _ path: String, _ form: String, key: String? = nil, apiKey: String? = nil)
        -> Answer
    {
        guard let match = Catalogue.shared.operation(verb: verb, path: path) else {
            Issue.record("no operation \(verb.text) \(path)")
            return Answer(status: 0, headers: [:], bytes: [], body: .null)
        }
        let decoded: FormMap
        do {
            decoded = try FormDecoder.decode(form)
        } catch {
            Issue.record("form: \(error)")
            return Answer(status: 0, headers: [:], bytes: [], body: .null)
        }
        let call = EmulatorCall(
            match: match, form: decoded, apiKey: apiKey ?? self.apiKey, account: account, idempotencyKey: key,
            apiVersion: apiVersion, faultHeader: faultHeader, requestID: "req_bench")
        return read(host.handle(call, world: world, atUnixSeconds: now))
    }

    func upload(_ path: String, _ bytes: [UInt8], _ contentType: String) -> Answer {
        guard let match = Catalogue.shared.operation(verb: .post, path: path) else {
            Issue.record("no operation POST \(path)")
            return Answer(status: 0, headers: [:], bytes: [], body: .null)
        }
        let upload = EmulatorCall.Upload(contentType: contentType, bytes: bytes)
        return read(
            host.handle(
                EmulatorCall(match: match, upload: upload, requestID: "req_bench"), world: world, atUnixSeconds: now))
    }

    private func read(_ answer: EmulatorAnswer) -> Answer {
        let body = (try? JSONParser.parse(answer.body)) ?? .null
        if body.isNull { Issue.record("no JSON: \(String(decoding: answer.body, as: UTF8.self))") }
        return Answer(
            status: answer.status, headers: Dictionary(answer.headers.map { ($0.name, $0.value) }) { $1 },
            bytes: answer.body, body: body)
    }
}
