internal import KeybrakeCrypto
package import KeybrakeStripe

/// Stub mappings of WireMock.
package enum WireMockFormat {
    /// The JSON text of a cassette as a list of mappings. `base` only matters to other formats' hosts and is left out:
    /// WireMock stubs stand for any host.
    ///
    /// Equal requests become a scenario whose last state repeats.
    package static func text(_ cassette: Cassette, base: String) throws(CassetteError) -> [UInt8] {
        let exchanges = try cassette.exchanges(base: base)
        var repeats = RepeatCounter(exchanges)
        let mappings = exchanges.enumerated().map { mapping($1, number: $0 + 1, repeats: &repeats) }
        return JSONWriter.bytes(["mappings": .array(mappings)], layout: .pretty) + [0x0A]
    }

    /// The exchanges of a mapping file: one stub, or a list of them. Requests that are matched by anything but equal
    /// values are refused.
    package static func exchanges(_ document: JSONValue) throws(ImportFailure) -> [ForeignExchange] {
        let mappings = document["mappings"]?.arrayValue ?? (document["request"] == nil ? [] : [document])
        guard !mappings.isEmpty else {
            throw ImportFailure("the file has no mappings, so it is no WireMock mapping file")
        }
        var exchanges: [ForeignExchange] = []
        for (index, mapping) in mappings.enumerated() { exchanges.append(try exchange(mapping, number: index + 1)) }
        return exchanges
    }

    // MARK: Writing

    private static func mapping(
        _ exchange: ForeignExchange, number: Int, repeats: inout RepeatCounter
    ) -> JSONValue {
        let target = ForeignTarget(exchange)
        var request: JSONObject = ["method": .string(exchange.method), "urlPath": .string(target.path)]
        if !target.query.isEmpty { request.append("queryParameters", values(target.query)) }
        if !target.form.isEmpty {
            request.append("formParameters", values(target.form))
        } else if (try? JSONParser.parse(exchange.requestBody)) != nil {
            let text = String(decoding: exchange.requestBody, as: UTF8.self)
            request.append("bodyPatterns", [["equalToJson": .string(text)]])
        } else if !exchange.requestBody.isEmpty {
            request.append("bodyPatterns", [["binaryEqualTo": .string(Base64.text(exchange.requestBody))]])
        }
        var mapping: JSONObject = [
            "id": .string(UUIDText(UUIDText.Value(standIn: number)).text),
            "name": .string("\(exchange.method) \(target.path)"),
        ]
        if let turn = repeats.next(exchange) {
            mapping.append("scenarioName", .string("scenario-\(turn.sequence)"))
            mapping.append("requiredScenarioState", .string(turn.place == 1 ? "Started" : "turn-\(turn.place)"))
            if turn.place < turn.length {
                mapping.append("newScenarioState", .string("turn-\(turn.place + 1)"))
            }
        }
        mapping.append("request", .object(request))
        mapping.append("response", response(exchange))
        // WireMock refuses unknown members everywhere else.
        let ours = ForeignTree.circumstances(exchange)
        if !ours.isEmpty { mapping.append("metadata", [ForeignTree.ownMember: .object(ours)]) }
        return .object(mapping)
    }

    private static func response(_ exchange: ForeignExchange) -> JSONValue {
        var headers = JSONObject()
        for header in exchange.responseHeaders { headers[header.name] = .string(header.value) }
        var response: JSONObject = ["status": .integer(Int64(exchange.status)), "headers": .object(headers)]
        if let text = String(validating: exchange.responseBody, as: UTF8.self) {
            response.append("body", .string(text))
        } else {
            response.append("base64Body", .string(Base64.text(exchange.responseBody)))
        }
        return .object(response)
    }

    private static func values(_ pairs: [ForeignTarget.Pair]) -> JSONValue {
        .object(JSONObject(pairs.map { .init(name: $0.name, value: ["equalTo": .string($0.value)]) }))
    }

    // MARK: Reading

    private static func exchange(_ mapping: JSONValue, number: Int) throws(ImportFailure) -> ForeignExchange {
        let what = "mapping \(number)"
        let request = mapping["request"]
        guard let method = request?["method"]?.stringValue,
            let address = request?["urlPath"]?.stringValue ?? request?["url"]?.stringValue
        else { throw ImportFailure("\(what) has no method, or no urlPath or url that is a plain text") }
        var url = "https://api.stripe.com" + address
        let query = try pairs(request?["queryParameters"], what)
        if !query.isEmpty { url += "?" + String(decoding: ForeignTarget.encoded(query), as: UTF8.self) }
        let body = try body(request, what)
        let response = mapping["response"]
        var exchange = ForeignExchange(
            method: method.uppercased(), url: url,
            requestHeaders: body.contentType.map { [("Content-Type", $0)] } ?? [], requestBody: body.bytes,
            status: Int(clamping: response?["status"]?.integerValue ?? 200),
            responseHeaders: ForeignTree.headers(response?["headers"]), responseBody: try responseBody(response, what))
        ForeignTree.readCircumstances(mapping["metadata"]?[ForeignTree.ownMember], into: &exchange)
        return exchange
    }

    private static func pairs(_ value: JSONValue?, _ what: String) throws(ImportFailure) -> [ForeignTarget.Pair] {
        var pairs: [ForeignTarget.Pair] = []
        for member in value?.objectValue?.members ?? [] {
            guard let text = member.value["equalTo"]?.stringValue else {
                throw ImportFailure("\(what) is not matched by equal values, which is all that a recording has")
            }
            pairs.append(ForeignTarget.Pair(name: member.name, value: text))
        }
        return pairs
    }

    private static func body(
        _ request: JSONValue?, _ what: String
    ) throws(ImportFailure) -> (bytes: [UInt8], contentType: String?) {
        let form = try pairs(request?["formParameters"], what)
        if !form.isEmpty { return (ForeignTarget.encoded(form), "application/x-www-form-urlencoded") }
        guard let pattern = request?["bodyPatterns"]?.arrayValue?.first else { return ([], nil) }
        if let text = pattern["equalTo"]?.stringValue {
            return (Array(text.utf8), "application/x-www-form-urlencoded")
        }
        if let json = pattern["equalToJson"] {
            return (Array((json.stringValue ?? JSONWriter.text(json)).utf8), "application/json")
        }
        guard let bytes = pattern["binaryEqualTo"]?.stringValue.flatMap(Base64.bytes) else {
            throw ImportFailure("\(what) is not matched by equal values, which is all that a recording has")
        }
        return (bytes, "application/octet-stream")
    }

    private static func responseBody(_ response: JSONValue?, _ what: String) throws(ImportFailure) -> [UInt8] {
        if let json = response?["jsonBody"] { return JSONWriter.bytes(json, layout: .pretty) }
        if let text = response?["body"]?.stringValue { return Array(text.utf8) }
        guard let base64 = response?["base64Body"]?.stringValue else {
            guard response?["bodyFileName"] == nil else {
                throw ImportFailure("\(what) has its body in another file, which is not read")
            }
            return []
        }
        guard let bytes = Base64.bytes(base64) else {
            throw ImportFailure("the response body of \(what) is not base64")
        }
        return bytes
    }
}
