package import KeybrakeStripe

/// Cassettes of vcrpy (Python): version 1, as YAML or JSON.
///
/// A YAML file is handed over as the tree that it spells, with `!!binary` scalars as `{"!!binary": base64}`.
package enum VCRPyFormat {
    /// The YAML text of a cassette that vcrpy loads. `base` is what stands before the paths.
    package static func text(_ cassette: Cassette, base: String) throws(CassetteError) -> [UInt8] {
        let interactions = try cassette.exchanges(base: base).map { JSONValue.object(interaction($0)) }
        // The list stands last so that another item can be appended to the file.
        return YAMLWriter.text(["version": 1, "interactions": .array(interactions)])
    }

    /// The exchanges of a cassette.
    package static func exchanges(_ document: JSONValue) throws(ImportFailure) -> [ForeignExchange] {
        guard let interactions = document["interactions"]?.arrayValue else {
            throw ImportFailure("the file has no list of interactions, so it is no vcrpy cassette")
        }
        var exchanges: [ForeignExchange] = []
        for (index, interaction) in interactions.enumerated() {
            exchanges.append(try exchange(interaction, number: index + 1))
        }
        return exchanges
    }

    // MARK: Writing

    private static func interaction(_ exchange: ForeignExchange) -> JSONObject {
        let request: JSONObject = [
            "method": .string(exchange.method),
            "uri": .string(exchange.url),
            // An empty text would not match a request without a body.
            "body": exchange.requestBody.isEmpty ? .null : ForeignTree.body(exchange.requestBody),
            "headers": ForeignTree.headers(exchange.requestHeaders),
        ]
        var response: JSONObject = [
            "status": [
                "code": .integer(Int64(exchange.status)), "message": .string(ReasonPhrase.text(exchange.status)),
            ],
            "headers": ForeignTree.headers(exchange.responseHeaders),
            "body": ["string": ForeignTree.body(exchange.responseBody)],
        ]
        // Unknown members survive when vcrpy saves the file again only inside the response.
        let ours = ForeignTree.circumstances(exchange)
        if !ours.isEmpty { response.append(ForeignTree.ownMember, .object(ours)) }
        return ["request": .object(request), "response": .object(response)]
    }

    // MARK: Reading

    private static func exchange(_ value: JSONValue, number: Int) throws(ImportFailure) -> ForeignExchange {
        guard let method = value["request"]?["method"]?.stringValue, let uri = value["request"]?["uri"]?.stringValue,
            let status = value["response"]?["status"]?["code"]?.integerValue
                ?? value["response"]?["status_code"]?.integerValue
        else { throw ImportFailure("interaction \(number) has no method, uri or status code") }
        let response = value["response"]
        let body = response?["body"]?["string"] ?? response?["content"] ?? response?["body"]
        var exchange = ForeignExchange(
            method: method.uppercased(), url: uri,
            requestHeaders: ForeignTree.headers(value["request"]?["headers"]),
            requestBody: try ForeignTree.bytes(value["request"]?["body"], "the request body of interaction \(number)"),
            status: Int(clamping: status), responseHeaders: ForeignTree.headers(response?["headers"]),
            responseBody: try ForeignTree.bytes(body, "the response body of interaction \(number)"))
        ForeignTree.readCircumstances(response?[ForeignTree.ownMember], into: &exchange)
        return exchange
    }
}
