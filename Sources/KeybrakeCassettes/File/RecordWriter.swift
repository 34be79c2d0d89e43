internal import KeybrakeCrypto
internal import KeybrakeStripe

/// Lays records out as they stand in the file.
enum RecordWriter {
    /// The text of the header record, with its line end.
    static func text(_ header: CassetteHeader) -> [UInt8] {
        var record = JSONObject()
        record.append(RecordMember.format, .integer(CassetteFormat.version))
        if let version = header.apiVersion { record.append(RecordMember.apiVersion, .string(version)) }
        record.append("source", .string(header.source.rawValue))
        var volatile: JSONObject = ["recorder": .string(header.recorder)]
        if let created = header.createdAtMicroseconds {
            volatile.append("created_at", .string(RecordTime.text(created)))
        }
        record.append(RecordMember.volatile, .object(volatile))
        return line(record)
    }

    /// The text of an interaction's record, with its line end.
    static func text(_ interaction: Interaction) -> [UInt8] {
        var record: JSONObject = [
            RecordMember.request: .object(object(interaction.request)),
            RecordMember.response: .object(object(interaction.response)),
        ]
        if let decision = interaction.decision { record.append(RecordMember.decision, .string(decision)) }
        let volatile = object(interaction.volatile)
        if !volatile.isEmpty { record.append(RecordMember.volatile, .object(volatile)) }
        return line(record)
    }

    private static func line(_ record: JSONObject) -> [UInt8] {
        var writer = JSONWriter(layout: .pretty, capacityBytes: 4_096)
        writer.write(.object(record))
        writer.write(raw: "\n")
        return writer.bytes
    }

    private static func object(_ request: RecordedRequest) -> JSONObject {
        var object: JSONObject = [
            "operation": .string(request.operation),
            "path": .string(request.path),
        ]
        if let version = request.apiVersion { object.append(RecordMember.apiVersion, .string(version)) }
        if let account = request.account { object.append("stripe_account", .string(account)) }
        if !request.parameters.isEmpty {
            let name = request.method == "POST" ? "form" : "query"
            object.append(name, .object(FormJSON.object(request.parameters)))
        }
        if let json = request.json { object.append("json", json) }
        if let raw = request.raw {
            if let type = request.rawContentType { object.append("content_type", .string(type)) }
            object.append("base64", .string(Base64.text(raw)))
        }
        return object
    }

    private static func object(_ response: RecordedResponse) -> JSONObject {
        var object: JSONObject = [
            "status": .integer(Int64(response.status))
        ]
        if !response.headers.isEmpty { object.append("headers", .object(headers(response.headers))) }
        switch response.body {
        case .json(let json): object.append("json", json)
        case .raw(let bytes): if !bytes.isEmpty { object.append("base64", .string(Base64.text(bytes))) }
        }
        return object
    }

    private static func object(_ facts: VolatileFacts) -> JSONObject {
        var object = JSONObject()
        if let time = facts.recordedAtMicroseconds { object.append("recorded_at", .string(RecordTime.text(time))) }
        if let latency = facts.latencyMicroseconds { object.append("latency_us", .integer(latency)) }
        if let id = facts.requestID { object.append("request_id", .string(id)) }
        if let conversation = facts.conversation { object.append("conversation", .string(conversation)) }
        if !facts.values.isEmpty {
            let members = facts.values.map { JSONObject.Member(name: $0.standIn, value: .string($0.recorded)) }
            object.append("values", .object(JSONObject(members)))
        }
        if !facts.headers.isEmpty { object.append("headers", .object(headers(facts.headers))) }
        return object
    }

    /// A header given several times becomes a list.
    private static func headers(_ headers: [(name: String, value: String)]) -> JSONObject {
        var object = JSONObject()
        for header in headers {
            switch object[header.name] {
            case nil: object.append(header.name, .string(header.value))
            case .array(let values)?: object[header.name] = .array(values + [.string(header.value)])
            case let value?: object[header.name] = .array([value, .string(header.value)])
            }
        }
        return object
    }
}

/// The names of a record's members that several places need.
enum RecordMember {
    static let format = "keybrake_cassette"
    static let apiVersion = "stripe_version"
    static let request = "request"
    static let response = "response"
    static let decision = "decision"
    static let volatile = "volatile"

    /// What a record of an interaction may have.
    static let ofInteractions = [request, response, decision, volatile]
    static let ofRequests = [
        "operation", "path", apiVersion, "stripe_account", "form", "query", "json", "base64", "content_type",
    ]
    static let ofResponses = ["status", "headers", "json", "base64"]
    static let ofVolatiles = ["recorded_at", "latency_us", "request_id", "conversation", "values", "headers"]
}
