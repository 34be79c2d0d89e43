internal import KeybrakeCrypto
package import KeybrakeStripe

/// HTTP archives (HAR 1.2), as browsers, mitmproxy and Polly.JS write them.
package enum HARFormat {
    /// The JSON text of a cassette as an archive. `base` is what stands before the paths.
    package static func text(_ cassette: Cassette, base: String) throws(CassetteError) -> [UInt8] {
        let entries = try cassette.exchanges(base: base).map { JSONValue.object(entry($0)) }
        let log: JSONObject = [
            "version": "1.2", "creator": ["name": "keybrake", "version": .string(cassette.header.recorder)],
            "pages": [], "entries": .array(entries),
        ]
        return JSONWriter.bytes(.object(["log": .object(log)]), layout: .pretty) + [0x0A]
    }

    /// The exchanges of an archive.
    package static func exchanges(_ document: JSONValue) throws(ImportFailure) -> [ForeignExchange] {
        guard let entries = document["log"]?["entries"]?.arrayValue else {
            throw ImportFailure("the file has no log.entries, so it is no HAR file")
        }
        var exchanges: [ForeignExchange] = []
        for (index, entry) in entries.enumerated() { exchanges.append(try exchange(entry, number: index + 1)) }
        return exchanges
    }

    // MARK: Writing

    private static func entry(_ exchange: ForeignExchange) -> JSONObject {
        let milliseconds = JSONValue.numeral(milliseconds(exchange.latencyMicroseconds ?? 0))
        var entry: JSONObject = [
            "startedDateTime": .string(RecordTime.text(exchange.recordedAtMicroseconds ?? 0)),
            "time": milliseconds,
            "request": .object(request(exchange)),
            "response": .object(response(exchange)),
            "cache": [:],
            "timings": ["send": 0, "wait": milliseconds, "receive": 0],
        ]
        let ours = ForeignTree.circumstances(exchange)
        if !ours.isEmpty { entry.append(ForeignTree.ownHARMember, .object(ours)) }
        return entry
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        let fraction = String(microseconds % 1_000)
        return "\(microseconds / 1_000).\(String(repeating: "0", count: max(0, 3 - fraction.utf8.count)))\(fraction)"
    }

    private static func request(_ exchange: ForeignExchange) -> JSONObject {
        let query = exchange.url.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        var request: JSONObject = [
            "method": .string(exchange.method), "url": .string(exchange.url), "httpVersion": "HTTP/1.1",
            "cookies": [], "headers": pairs(exchange.requestHeaders),
            "queryString": parameters(Array(query.utf8)), "headersSize": -1,
            "bodySize": .integer(Int64(exchange.requestBody.count)),
        ]
        guard !exchange.requestBody.isEmpty else { return request }
        let type = ForeignExchange.header("content-type", in: exchange.requestHeaders) ?? ""
        var data: JSONObject = ["mimeType": .string(type)]
        if type.hasPrefix("application/x-www-form-urlencoded") {
            data.append("params", parameters(exchange.requestBody))
        }
        if let text = String(validating: exchange.requestBody, as: UTF8.self) {
            data.append("text", .string(text))
        } else {
            data.append("text", .string(Base64.text(exchange.requestBody)))
            data.append("encoding", "base64")
        }
        request.append("postData", .object(data))
        return request
    }

    private static func response(_ exchange: ForeignExchange) -> JSONObject {
        let type = ForeignExchange.header("content-type", in: exchange.responseHeaders) ?? ""
        var content: JSONObject = [
            "size": .integer(Int64(exchange.responseBody.count)), "mimeType": .string(type),
        ]
        if let text = String(validating: exchange.responseBody, as: UTF8.self) {
            content.append("text", .string(text))
        } else {
            content.append("text", .string(Base64.text(exchange.responseBody)))
            content.append("encoding", "base64")
        }
        return [
            "status": .integer(Int64(exchange.status)), "statusText": .string(ReasonPhrase.text(exchange.status)),
            "httpVersion": "HTTP/1.1", "cookies": [], "headers": pairs(exchange.responseHeaders),
            "content": .object(content), "redirectURL": "", "headersSize": -1,
            "bodySize": .integer(Int64(exchange.responseBody.count)),
        ]
    }

    private static func pairs(_ pairs: [(name: String, value: String)]) -> JSONValue {
        .array(pairs.map { ["name": .string($0.name), "value": .string($0.value)] })
    }

    private static func parameters(_ form: [UInt8]) -> JSONValue {
        let leaves = (try? FormDecoder.decode(form))?.leaves() ?? []
        return pairs(leaves.map { ($0.path, $0.text) })
    }

    // MARK: Reading

    private static func exchange(_ entry: JSONValue, number: Int) throws(ImportFailure) -> ForeignExchange {
        guard let method = entry["request"]?["method"]?.stringValue, let url = entry["request"]?["url"]?.stringValue,
            let status = entry["response"]?["status"]?.integerValue
        else { throw ImportFailure("entry \(number) has no method, url or status") }
        var exchange = ForeignExchange(
            method: method.uppercased(), url: url, requestHeaders: headers(entry["request"]?["headers"]),
            requestBody: try body(entry["request"]?["postData"], "the request body of entry \(number)"),
            status: Int(clamping: status), responseHeaders: headers(entry["response"]?["headers"]),
            responseBody: try body(entry["response"]?["content"], "the response body of entry \(number)"))
        ForeignTree.readCircumstances(entry[ForeignTree.ownHARMember], into: &exchange)
        if exchange.recordedAtMicroseconds == nil {
            exchange.recordedAtMicroseconds = entry["startedDateTime"]?.stringValue.flatMap(RecordTime.microseconds)
        }
        if ForeignExchange.header("content-type", in: exchange.requestHeaders) == nil,
            let type = entry["request"]?["postData"]?["mimeType"]?.stringValue
        {
            exchange.requestHeaders.append(("Content-Type", type))
        }
        return exchange
    }

    private static func headers(_ value: JSONValue?) -> [(name: String, value: String)] {
        (value?.arrayValue ?? []).compactMap { header in
            guard let name = header["name"]?.stringValue, let value = header["value"]?.stringValue else { return nil }
            return (name, value)
        }
    }

    private static func body(_ value: JSONValue?, _ what: String) throws(ImportFailure) -> [UInt8] {
        guard let text = value?["text"]?.stringValue else { return [] }
        guard value?["encoding"] == "base64" else { return Array(text.utf8) }
        guard let bytes = Base64.bytes(text) else { throw ImportFailure("\(what) is not base64") }
        return bytes
    }
}
