internal import KeybrakeStripe

/// Why another recorder's file, or one exchange of it, cannot be taken over.
package struct ImportFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

extension ForeignExchange {
    /// The exchange as an interaction.
    ///
    /// - Parameter naming: gives the operation's name for a method and a path, as the catalogue knows it.
    /// - Throws: ``ImportFailure`` when it is no call of the Stripe API or cannot be read.
    package func interaction(naming: (_ method: String, _ path: String) -> String?) throws(ImportFailure) -> Interaction
    {
        let (path, query) = try pathAndQuery()
        guard let operation = naming(method, path) else {
            throw ImportFailure("\(method) \(path) is no operation of the Stripe API")
        }
        var request = RecordedRequest(
            operation: operation, path: path, apiVersion: Self.header("stripe-version", in: requestHeaders),
            account: Self.header("stripe-account", in: requestHeaders),
            idempotencyKey: Self.header("idempotency-key", in: requestHeaders))
        try readBody(into: &request, query: query)
        return Interaction(
            request: request,
            response: RecordedResponse(status: status, headers: responseHeaders, body: try responseBodyValue()),
            decision: decision,
            volatile: VolatileFacts(
                recordedAtMicroseconds: recordedAtMicroseconds, latencyMicroseconds: latencyMicroseconds))
    }

    /// The path from `/v1/` or `/v2/` on, whatever a proxy had before it, and the query.
    private func pathAndQuery() throws(ImportFailure) -> (path: String, query: Substring) {
        let target = url.prefix { $0 != "#" }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? ""
        guard let start = path.firstRange(of: "/v1/") ?? path.firstRange(of: "/v2/") else {
            throw ImportFailure("\(method) \(path.prefix(100)) is no call of the Stripe API")
        }
        return (String(path[start.lowerBound...]), parts.count > 1 ? parts[1] : "")
    }

    private func readBody(into request: inout RecordedRequest, query: Substring) throws(ImportFailure) {
        let type = Self.header("content-type", in: requestHeaders)?.lowercased() ?? ""
        do {
            if !query.isEmpty { request.parameters = try FormDecoder.decode(Array(query.utf8)) }
            guard !requestBody.isEmpty else { return }
            if type.hasPrefix("application/json") {
                request.json = try JSONParser.parse(requestBody)
            } else if type.isEmpty || type.hasPrefix("application/x-www-form-urlencoded") {
                request.parameters = try FormDecoder.decode(requestBody)
            } else {
                request.raw = requestBody
                request.rawContentType = Self.header("content-type", in: requestHeaders)
            }
        } catch {
            throw ImportFailure("the parameters of \(method) \(request.path) cannot be read: \(error)")
        }
    }

    private func responseBodyValue() throws(ImportFailure) -> RecordedResponse.Body {
        if let json = try? JSONParser.parse(responseBody) { return .json(json) }
        if responseBody.starts(with: [0x1F, 0x8B]) {
            throw ImportFailure(
                "the answer to \(method) \(url.prefix(100)) is compressed; "
                    + "let the recorder store decompressed answers (vcrpy: decode_compressed_response=True)")
        }
        return .raw(responseBody)
    }
}
