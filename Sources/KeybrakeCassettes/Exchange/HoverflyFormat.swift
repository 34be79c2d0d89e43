internal import KeybrakeCrypto
package import KeybrakeStripe

/// Simulations of Hoverfly, schema v5.
package enum HoverflyFormat {
    /// The JSON text of a cassette as a simulation. `base` is what stands before the paths.
    ///
    /// Equal requests become a sequence of states. Hoverfly accepts requests with further parameters, so a simulation
    /// is looser than the cassette.
    package static func text(_ cassette: Cassette, base: String) throws(CassetteError) -> [UInt8] {
        let exchanges = try cassette.exchanges(base: base)
        var repeats = RepeatCounter(exchanges)
        let pairs = exchanges.map { pair($0, repeats: &repeats) }
        let simulation: JSONValue = [
            "data": [
                "pairs": .array(pairs), "globalActions": ["delays": [], "delaysLogNormal": []],
            ],
            "meta": [
                "schemaVersion": "v5", "hoverflyVersion": "v1.8.0",
                "timeExported": .string(RecordTime.text(cassette.header.createdAtMicroseconds ?? 0)),
            ],
        ]
        return JSONWriter.bytes(simulation, layout: .pretty) + [0x0A]
    }

    /// The exchanges of a simulation. Requests that are matched by anything but exact values are refused.
    package static func exchanges(_ document: JSONValue) throws(ImportFailure) -> [ForeignExchange] {
        guard let pairs = document["data"]?["pairs"]?.arrayValue else {
            throw ImportFailure("the file has no data.pairs, so it is no Hoverfly simulation")
        }
        var exchanges: [ForeignExchange] = []
        for (index, pair) in pairs.enumerated() { exchanges.append(try exchange(pair, number: index + 1)) }
        return exchanges
    }

    // MARK: Writing

    private static func pair(_ exchange: ForeignExchange, repeats: inout RepeatCounter) -> JSONValue {
        let target = ForeignTarget(exchange)
        var request: JSONObject = [
            "method": exact(exchange.method), "scheme": exact(target.scheme), "destination": exact(target.host),
            "path": exact(target.path),
        ]
        if !target.query.isEmpty { request.append("query", values(target.query)) }
        if !target.form.isEmpty {
            request.append("body", [["matcher": "form", "value": values(target.form)]])
        } else if let text = String(validating: exchange.requestBody, as: UTF8.self), !text.isEmpty {
            let isJSON = (try? JSONParser.parse(exchange.requestBody)) != nil
            request.append("body", [["matcher": isJSON ? "json" : "exact", "value": .string(text)]])
        }
        let text = String(validating: exchange.responseBody, as: UTF8.self)
        var response: JSONObject = [
            "status": .integer(Int64(exchange.status)),
            "body": .string(text ?? Base64.text(exchange.responseBody)),
            "encodedBody": .bool(text == nil), "headers": ForeignTree.headers(exchange.responseHeaders),
            "templated": false,
        ]
        if let turn = repeats.next(exchange) {
            let state = "sequence:\(turn.sequence)"
            request.append("requiresState", [state: .string(String(turn.place))])
            if turn.place < turn.length {
                response.append("transitionsState", [state: .string(String(turn.place + 1))])
            }
        }
        return ["request": .object(request), "response": .object(response)]
    }

    private static func exact(_ text: String) -> JSONValue {
        [["matcher": "exact", "value": .string(text)]]
    }

    private static func values(_ pairs: [ForeignTarget.Pair]) -> JSONValue {
        .object(JSONObject(pairs.map { .init(name: $0.name, value: exact($0.value)) }))
    }

    // MARK: Reading

    private static func exchange(_ pair: JSONValue, number: Int) throws(ImportFailure) -> ForeignExchange {
        let request = pair["request"]
        let what = "pair \(number)"
        guard let status = pair["response"]?["status"]?.integerValue else {
            throw ImportFailure("\(what) has no status")
        }
        let scheme = try request?["scheme"].map { (value) throws(ImportFailure) in try text(value, what) }
        let host = try request?["destination"].map { (value) throws(ImportFailure) in try text(value, what) }
        var headers = ForeignTree.headers(request?["headers"]).filter { !$0.name.isEmpty }
        let body = try body(request?["body"], what)
        if let type = body.contentType { headers.append(("Content-Type", type)) }
        let isEncoded = pair["response"]?["encodedBody"] == true
        let response = pair["response"]?["body"]?.stringValue ?? ""
        guard let responseBody = isEncoded ? Base64.bytes(response) : Array(response.utf8) else {
            throw ImportFailure("the response body of \(what) is not base64")
        }
        return ForeignExchange(
            method: try text(request?["method"], what).uppercased(),
            url: ForeignTarget.url(
                scheme: scheme ?? "https", host: host ?? "api.stripe.com", path: try text(request?["path"], what),
                query: try pairs(request?["query"], what)),
            requestHeaders: headers, requestBody: body.bytes, status: Int(clamping: status),
            responseHeaders: ForeignTree.headers(pair["response"]?["headers"]), responseBody: responseBody)
    }

    /// The value of the one exact matcher.
    private static func text(_ value: JSONValue?, _ what: String) throws(ImportFailure) -> String {
        guard let matcher = value?.arrayValue?.first, value?.arrayValue?.count == 1, matcher["matcher"] == "exact",
            let text = matcher["value"]?.stringValue
        else { throw ImportFailure("\(what) is not matched by exact values, which is all that a recording has") }
        return text
    }

    private static func pairs(_ value: JSONValue?, _ what: String) throws(ImportFailure) -> [ForeignTarget.Pair] {
        var pairs: [ForeignTarget.Pair] = []
        for member in value?.objectValue?.members ?? [] {
            pairs.append(ForeignTarget.Pair(name: member.name, value: try text(member.value, what)))
        }
        return pairs
    }

    private static func body(
        _ value: JSONValue?, _ what: String
    ) throws(ImportFailure) -> (bytes: [UInt8], contentType: String?) {
        guard let matcher = value?.arrayValue?.first else { return ([], nil) }
        switch matcher["matcher"]?.stringValue {
        case "form":
            return (ForeignTarget.encoded(try pairs(matcher["value"], what)), "application/x-www-form-urlencoded")
        case "json": return (Array((matcher["value"]?.stringValue ?? "").utf8), "application/json")
        default: return (Array(try text(value, what).utf8), nil)
        }
    }
}
