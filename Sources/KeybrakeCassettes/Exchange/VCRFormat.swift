internal import KeybrakeCrypto
package import KeybrakeStripe

/// Cassettes of VCR (Ruby), as YAML or JSON.
///
/// A YAML file is handed over as the tree that it spells. VCR keeps no unknown members, so exporting loses what only
/// our format says.
package enum VCRFormat {
    /// The YAML text of a cassette that VCR loads. `base` is what stands before the paths.
    package static func text(_ cassette: Cassette, base: String) throws(CassetteError) -> [UInt8] {
        let interactions = try cassette.exchanges(base: base).map { JSONValue.object(interaction($0)) }
        // The list stands last so that another item can be appended to the file.
        return YAMLWriter.text([
            "recorded_with": .string(cassette.header.recorder), "http_interactions": .array(interactions),
        ])
    }

    /// The exchanges of a cassette.
    package static func exchanges(_ document: JSONValue) throws(ImportFailure) -> [ForeignExchange] {
        guard let interactions = document["http_interactions"]?.arrayValue else {
            throw ImportFailure("the file has no http_interactions, so it is no VCR cassette")
        }
        var exchanges: [ForeignExchange] = []
        for (index, interaction) in interactions.enumerated() {
            exchanges.append(try exchange(interaction, number: index + 1))
        }
        return exchanges
    }

    // MARK: Writing

    private static func interaction(_ exchange: ForeignExchange) -> JSONObject {
        [
            "request": [
                "method": .string(exchange.method.lowercased()), "uri": .string(exchange.url),
                "body": body(exchange.requestBody), "headers": ForeignTree.headers(exchange.requestHeaders),
            ],
            "response": [
                "status": [
                    "code": .integer(Int64(exchange.status)), "message": .string(ReasonPhrase.text(exchange.status)),
                ],
                "headers": ForeignTree.headers(exchange.responseHeaders), "body": body(exchange.responseBody),
            ],
            // Without it VCR does not load the file.
            "recorded_at": .string(HTTPDate.text((exchange.recordedAtMicroseconds ?? 0) / 1_000_000)),
        ]
    }

    private static func body(_ bytes: [UInt8]) -> JSONValue {
        if let text = String(validating: bytes, as: UTF8.self) {
            return ["encoding": bytes.isEmpty ? "US-ASCII" : "UTF-8", "string": .string(text)]
        }
        return ["encoding": "ASCII-8BIT", "base64_string": .string(Base64.text(bytes))]
    }

    // MARK: Reading

    private static func exchange(_ value: JSONValue, number: Int) throws(ImportFailure) -> ForeignExchange {
        let response = value["response"]
        guard let method = value["request"]?["method"]?.stringValue, let uri = value["request"]?["uri"]?.stringValue,
            let status = response?["status"]?["code"]?.integerValue
        else { throw ImportFailure("interaction \(number) has no method, uri or status code") }
        return ForeignExchange(
            method: method.uppercased(), url: uri, requestHeaders: ForeignTree.headers(value["request"]?["headers"]),
            requestBody: try bytes(value["request"]?["body"], "the request body of interaction \(number)"),
            status: Int(clamping: status), responseHeaders: ForeignTree.headers(response?["headers"]),
            responseBody: try bytes(response?["body"], "the response body of interaction \(number)"),
            recordedAtMicroseconds: value["recorded_at"]?.stringValue.flatMap(HTTPDate.unixSeconds).map {
                $0 * 1_000_000
            })
    }

    private static func bytes(_ value: JSONValue?, _ what: String) throws(ImportFailure) -> [UInt8] {
        guard let base64 = value?["base64_string"]?.stringValue else {
            return try ForeignTree.bytes(value?["string"] ?? value, what)
        }
        guard let bytes = Base64.bytes(base64) else { throw ImportFailure("\(what) is not base64") }
        return bytes
    }
}
