internal import KeybrakeStripe

/// A fixture file of the Stripe CLI: calls that are made one after the other, and may use the answers before them.
///
///     {"_meta": {"template_version": 0},
///      "fixtures": [
///        {"name": "jenny", "path": "/v1/customers", "method": "post", "params": {"name": "Jenny"}},
///        {"name": "paid", "path": "/v1/charges", "method": "post",
///         "params": {"customer": "${jenny:id}", "amount": 100, "currency": "usd"}}]}
///
/// `env`, which tells the CLI what to write down, and `api_base` mean nothing here and are passed over.
struct Fixtures {
    /// Why a file cannot be run, or its run ended.
    struct Failure: Error {
        let reason: String
    }

    static let fixturesMax = 10_000

    private struct Step {
        let name: String
        let verb: Verb
        let path: String
        let params: JSONObject
        let expectedErrorType: String?
        let idempotencyKey: String?
        let account: String?
        let version: String?
    }

    private let steps: [Step]

    /// Whether a text is a fixture file, rather than lines of objects.
    static func isFile(_ text: [UInt8]) -> Bool {
        (try? JSONParser.parse(text))?["fixtures"] != nil
    }

    init(_ text: [UInt8]) throws(Failure) {
        let file: JSONValue
        do {
            file = try JSONParser.parse(text)
        } catch {
            throw Failure(reason: "no JSON: \(error)")
        }
        if let version = file["_meta"]?["template_version"], version != 0 {
            throw Failure(reason: "`_meta.template_version` \(JSONWriter.text(version).prefix(20)) is not known")
        }
        guard let list = file["fixtures"]?.arrayValue else { throw Failure(reason: "`fixtures` is no list") }
        guard list.count <= Self.fixturesMax else { throw Failure(reason: "more than \(Self.fixturesMax) fixtures") }
        var steps: [Step] = []
        for (index, value) in list.enumerated() {
            do throws(Failure) {
                steps.append(try Self.step(value))
            } catch {
                throw Failure(reason: "fixture \(index + 1): \(error.reason)")
            }
        }
        self.steps = steps
    }

    /// Makes the calls.
    ///
    /// - Returns: how many there were.
    /// - Throws: with the fixture whose call was refused, unless its error was expected.
    func run(in world: inout World, atUnixSeconds now: Int64) throws(Failure) -> Int {
        var references = FixtureReferences()
        for (index, step) in steps.enumerated() {
            let answer: EmulatorAnswer
            do throws(FixtureReferences.Failure) {
                let call = try Self.call(step, references, number: index + 1)
                guard let call else {
                    throw FixtureReferences.Failure(reason: "there is no operation \(step.verb.text) \(step.path)")
                }
                answer = world.handle(call, atUnixSeconds: now)
            } catch {
                throw Failure(reason: "fixture `\(step.name.prefix(60))`: \(error.reason)")
            }
            let body = (try? JSONParser.parse(answer.body)) ?? .null
            guard answer.status < 400 || Self.isExpected(body, step) else {
                let message = body["error"]?["message"]?.stringValue ?? ""
                throw Failure(reason: "fixture `\(step.name.prefix(60))`: \(answer.status) \(message)")
            }
            references.remember(body, of: step.name)
        }
        return steps.count
    }

    private static func isExpected(_ body: JSONValue, _ step: Step) -> Bool {
        step.expectedErrorType != nil && body["error"]?["type"]?.stringValue == step.expectedErrorType
    }

    private static let names: Set<String> = [
        "name", "path", "method", "params", "expected_error_type", "idempotency_key", "context", "api_base", "headers",
    ]

    private static func step(_ value: JSONValue) throws(Failure) -> Step {
        guard let object = value.objectValue else { throw Failure(reason: "no JSON object") }
        for member in object.members where !names.contains(member.name) {
            throw Failure(reason: "`\(member.name.prefix(40))` is not known")
        }
        guard let path = object.text("path"), let method = object.text("method") else {
            throw Failure(reason: "`path` and `method` are needed")
        }
        let verb = Verb.allCases.first { $0.text.lowercased() == method.lowercased() }
        guard let verb else { throw Failure(reason: "`method` \(method.prefix(20)) is not known") }
        guard object["params"] == nil || object["params"]?.isNull == true || object.object("params") != nil else {
            throw Failure(reason: "`params` is no object")
        }
        var headers: [String: String] = [:]
        for header in object.object("headers")?.members ?? [] {
            let name = header.name.lowercased()
            guard ["stripe-account", "stripe-version", "stripe-context"].contains(name) else {
                throw Failure(reason: "the header \(header.name.prefix(40)) is not known")
            }
            headers[name] = header.value.stringValue
        }
        return Step(
            name: object.text("name") ?? "", verb: verb, path: path, params: object.object("params") ?? JSONObject(),
            expectedErrorType: object.text("expected_error_type"), idempotencyKey: object.text("idempotency_key"),
            account: headers["stripe-account"] ?? headers["stripe-context"] ?? object.text("context"),
            version: headers["stripe-version"])
    }

    /// The call of a fixture; `nil` when the catalogue has no such operation.
    private static func call(_ step: Step, _ references: FixtureReferences, number: Int)
        throws(FixtureReferences.Failure) -> EmulatorCall?
    {
        let path = try references.filled(step.path)
        guard let match = Catalogue.shared.operation(verb: step.verb, path: path) else { return nil }
        let params = try references.filled(.object(step.params))
        let isJSON = match.operation.bodyEncoding == .json
        var call = EmulatorCall(
            match: match, form: isJSON ? FormMap() : form(params).map ?? FormMap(), json: isJSON ? params : nil,
            apiKey: "sk_test_fixtures", requestID: "req_fixture\(number)")
        if let account = step.account { call.account = try references.filled(account) }
        if let key = step.idempotencyKey { call.idempotencyKey = try references.filled(key) }
        call.apiVersion = step.version
        return call
    }

    private static func form(_ value: JSONValue) -> FormValue {
        switch value {
        case .null: .text("")
        case .bool(let truth): .text(truth ? "true" : "false")
        case .integer(let number): .text(String(number))
        case .numeral(let text), .string(let text): .text(text)
        case .array(let elements): .list(elements.map(form))
        case .object(let object):
            .map(
                FormMap(
                    object.members.filter { !$0.value.isNull }.map {
                        FormMap.Field(name: $0.name, value: form($0.value))
                    }))
        }
    }
}
