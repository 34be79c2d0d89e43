internal import KeybrakeStripe

/// One HTTP exchange as other recorders know it: the meeting point of all formats that are imported and exported.
package struct ForeignExchange: Sendable {
    /// In upper case.
    package var method: String
    /// With scheme, host, path and query.
    package var url: String
    package var requestHeaders: [(name: String, value: String)]
    /// Empty when there was none.
    package var requestBody: [UInt8]
    package var status: Int
    package var responseHeaders: [(name: String, value: String)]
    /// Decoded, should it have been compressed.
    package var responseBody: [UInt8]
    package var recordedAtMicroseconds: Int64?
    package var latencyMicroseconds: Int64?
    /// What the proxy decided, where the file is one of ours.
    package var decision: String?

    package init(
        method: String, url: String, requestHeaders: [(name: String, value: String)] = [], requestBody: [UInt8] = [],
        status: Int, responseHeaders: [(name: String, value: String)] = [], responseBody: [UInt8] = [],
        recordedAtMicroseconds: Int64? = nil, latencyMicroseconds: Int64? = nil, decision: String? = nil
    ) {
        self.method = method
        self.url = url
        self.requestHeaders = requestHeaders
        self.requestBody = requestBody
        self.status = status
        self.responseHeaders = responseHeaders
        self.responseBody = responseBody
        self.recordedAtMicroseconds = recordedAtMicroseconds
        self.latencyMicroseconds = latencyMicroseconds
        self.decision = decision
    }

    static func header(_ name: String, in headers: [(name: String, value: String)]) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }
}

// MARK: Export

extension ForeignExchange {
    /// An interaction as it went over the wire, with the recorded values in place of their stand-ins.
    ///
    /// `base` is what stands before the path, such as `https://api.stripe.com`.
    init(_ interaction: Interaction, base: String) {
        let request = interaction.request
        var url = base + request.path
        var body: [UInt8] = []
        var headers: [(name: String, value: String)] = []
        if let json = request.json {
            body = JSONWriter.bytes(json)
            headers.append(("Content-Type", "application/json"))
        } else if let raw = request.raw {
            body = raw
            if let type = request.rawContentType { headers.append(("Content-Type", type)) }
        } else if request.method == "POST" {
            body = FormEncoder.encode(request.parameters)
            if !body.isEmpty { headers.append(("Content-Type", "application/x-www-form-urlencoded")) }
        } else if !request.parameters.isEmpty {
            url += "?" + String(decoding: FormEncoder.encode(request.parameters), as: UTF8.self)
        }
        if let version = request.apiVersion { headers.append(("Stripe-Version", version)) }
        if let account = request.account { headers.append(("Stripe-Account", account)) }
        self.init(
            method: String(request.method), url: url, requestHeaders: headers, requestBody: body,
            status: interaction.response.status,
            responseHeaders: interaction.response.headers + interaction.volatile.headers,
            responseBody: interaction.response.bodyBytes,
            recordedAtMicroseconds: interaction.volatile.recordedAtMicroseconds,
            latencyMicroseconds: interaction.volatile.latencyMicroseconds, decision: interaction.decision)
    }
}

extension RecordedResponse {
    /// The body as it goes over the wire.
    package var bodyBytes: [UInt8] {
        switch body {
        case .json(let json): JSONWriter.bytes(json, layout: .pretty)
        case .raw(let bytes): bytes
        }
    }
}

extension Cassette {
    /// All interactions as other recorders know them.
    package func exchanges(base: String) throws(CassetteError) -> [ForeignExchange] {
        var undo = StandIns(undoing: index.values.all)
        var exchanges: [ForeignExchange] = []
        for number in 1..<count + 1 {
            var interaction = try interaction(number)
            interaction.request = undo.renameKnown(interaction.request)
            interaction.response = undo.renameKnown(interaction.response)
            exchanges.append(ForeignExchange(interaction, base: base))
        }
        return exchanges
    }
}
