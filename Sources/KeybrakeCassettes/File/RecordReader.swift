internal import KeybrakeCrypto
internal import KeybrakeStripe

/// Reads the parts of a record.
enum RecordReader {
    /// What is wrong with a record.
    struct Damage: Error {
        let detail: String
        init(_ detail: String) { self.detail = detail }
    }

    static func header(_ bytes: UnsafeBufferPointer<UInt8>) throws(Damage) -> CassetteHeader {
        let record = try json(bytes, "the header")
        let volatile = record[RecordMember.volatile]
        return CassetteHeader(
            apiVersion: record[RecordMember.apiVersion]?.stringValue,
            source: record["source"]?.stringValue.flatMap(CassetteHeader.Source.init) ?? .imported,
            recorder: volatile?["recorder"]?.stringValue ?? "unknown",
            createdAtMicroseconds: volatile?["created_at"]?.stringValue.flatMap(RecordTime.microseconds)
        )
    }

    static func request(_ bytes: UnsafeBufferPointer<UInt8>) throws(Damage) -> RecordedRequest {
        let object = try json(bytes, "the request")
        guard let operation = object["operation"]?.stringValue, operation.utf8.contains(UInt8(ascii: " ")) else {
            throw Damage("the request has no operation such as \"POST /v1/charges\"")
        }
        guard let path = object["path"]?.stringValue else { throw Damage("the request has no path") }
        var request = RecordedRequest(
            operation: operation, path: path, json: object["json"],
            apiVersion: object[RecordMember.apiVersion]?.stringValue, account: object["stripe_account"]?.stringValue)
        if let form = object["form"] ?? object["query"] {
            guard let map = form.objectValue.flatMap(FormJSON.map) else {
                throw Damage("the request's form or query is not an object of texts, lists and objects")
            }
            request.parameters = map
        }
        if let text = object["base64"] {
            guard let raw = text.stringValue.flatMap(Base64.bytes) else {
                throw Damage("the request's base64 cannot be decoded")
            }
            request.raw = raw
            request.rawContentType = object["content_type"]?.stringValue
        }
        return request
    }

    static func response(_ bytes: UnsafeBufferPointer<UInt8>) throws(Damage) -> RecordedResponse {
        let object = try json(bytes, "the response")
        guard let status = object["status"]?.integerValue, (100...599).contains(status) else {
            throw Damage("the response has no status from 100 to 599")
        }
        var body = RecordedResponse.Body.raw([])
        if let json = object["json"] { body = .json(json) }
        if let text = object["base64"] {
            guard let raw = text.stringValue.flatMap(Base64.bytes) else {
                throw Damage("the response's base64 cannot be decoded")
            }
            body = .raw(raw)
        }
        return RecordedResponse(
            status: Int(status), headers: try headers(object["headers"], "the response"), body: body)
    }

    static func volatile(_ bytes: UnsafeBufferPointer<UInt8>) throws(Damage) -> VolatileFacts {
        let object = try json(bytes, "the volatile member")
        return VolatileFacts(
            recordedAtMicroseconds: object["recorded_at"]?.stringValue.flatMap(RecordTime.microseconds),
            latencyMicroseconds: object["latency_us"]?.integerValue,
            requestID: object["request_id"]?.stringValue,
            conversation: object["conversation"]?.stringValue,
            values: renamedValues(object["values"]),
            headers: try headers(object["headers"], "the volatile member")
        )
    }

    /// Only the renamed values of a volatile member, without reading the rest of it.
    static func renamedValues(_ bytes: UnsafeBufferPointer<UInt8>) throws(Damage) -> [RenamedValue] {
        var values: Slice<UnsafeBufferPointer<UInt8>>?
        JSONScanner(bytes).forEachMember { name, value in
            guard name.elementsEqual("values".utf8) else { return true }
            values = value
            return false
        }
        guard let values else { return [] }
        return renamedValues(.object(try json(UnsafeBufferPointer(rebasing: values), "the list of values")))
    }

    private static func renamedValues(_ value: JSONValue?) -> [RenamedValue] {
        (value?.objectValue?.members ?? []).compactMap { member in
            member.value.stringValue.map { RenamedValue(standIn: member.name, recorded: $0) }
        }
    }

    /// A member that is a text.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(Damage) -> String {
        guard case .string(let text)? = try? JSONParser.parse(bytes) else { throw Damage("the decision is not a text") }
        return text
    }

    static func headers(
        _ value: JSONValue?, _ place: String
    ) throws(Damage) -> [(name: String, value: String)] {
        guard let value else { return [] }
        var headers: [(name: String, value: String)] = []
        for member in value.objectValue?.members ?? [] {
            for text in member.value.arrayValue ?? [member.value] {
                guard let text = text.stringValue else { throw Damage("\(place) has a header that is not a text") }
                headers.append((member.name, text))
            }
        }
        return headers
    }

    private static func json(_ bytes: UnsafeBufferPointer<UInt8>, _ what: String) throws(Damage) -> JSONObject {
        do {
            guard case .object(let object) = try JSONParser.parse(bytes) else {
                throw Damage("\(what) is not an object")
            }
            return object
        } catch let damage as Damage {
            throw damage
        } catch {
            throw Damage("\(what) is not JSON: \(error)")
        }
    }
}
