internal import KeybrakeGateway
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

/// One request to the control listener, as its handlers see it.
struct AdminCall: Sendable {
    let id: String
    let method: HTTPMethod
    /// Without the query.
    let path: String
    /// `nil` when the query is no form.
    private let decodedQuery: FormMap?
    let body: [UInt8]
    let bearerToken: String?
    let atMicroseconds: Int64
    var atUnixSeconds: Int64 { atMicroseconds / 1_000_000 }

    init(_ request: IncomingRequest, id: String) {
        self.id = id
        method = request.method
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        decodedQuery = parts.count > 1 ? try? FormDecoder.decode(String(parts[1])) : FormMap()
        body = Array(request.body.readableBytesView)
        let authorization = request.headers["Authorization"]
        bearerToken =
            authorization.count == 1 && authorization[0].lowercased().hasPrefix("bearer ")
            ? String(authorization[0].dropFirst(7)) : nil
        atMicroseconds = request.receivedAtMicroseconds
    }

    /// The query, which has no other parameters than these.
    func query(parameters: Set<String>) throws(AdminError) -> FormMap {
        guard let query = decodedQuery else {
            throw AdminError(400, "malformed_request", "The query cannot be read.")
        }
        if query.fields.contains(where: { !parameters.contains($0.name) || $0.value.text == nil }) {
            throw AdminError(
                400, "unknown_parameter",
                "The query has a parameter that is not known here; known are \(Self.list(parameters)).")
        }
        return query
    }

    private static func list(_ names: Set<String>) -> String {
        names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
    }

    /// The body as JSON; an empty body is an empty object.
    func json() throws(AdminError) -> JSONValue {
        guard !body.isEmpty else { return .object(JSONObject()) }
        do throws(JSONParser.Failure) {
            return try JSONParser.parse(body)
        } catch {
            throw AdminError(400, "malformed_request", "The body is no JSON: \(error).")
        }
    }

    /// The body as a JSON object; an empty body is an empty object.
    private func object() throws(AdminError) -> JSONObject {
        guard let object = try json().objectValue else {
            throw AdminError(400, "malformed_request", "The body must be a JSON object.")
        }
        return object
    }

    /// The body as a JSON object that has no other members than these.
    func object(members: Set<String>) throws(AdminError) -> JSONObject {
        let object = try object()
        if let unknown = object.members.first(where: { !members.contains($0.name) }) {
            throw AdminError(
                400, "unknown_member",
                "'\(unknown.name.prefix(60))' is not known here; known are \(Self.list(members)).")
        }
        guard Set(object.members.map(\.name)).count == object.members.count else {
            throw AdminError(400, "malformed_request", "The body names a member twice.")
        }
        return object
    }

    /// The emulated world that the call is about.
    ///
    /// - Parameter parameters: what else the query may have.
    func world(besides parameters: Set<String> = []) throws(AdminError) -> String {
        let query = try query(parameters: parameters.union(["world"]))
        guard let name = query.text("world") else { return EmulateMode.commonWorld }
        guard (1...Attributes.valueBytesMax).contains(name.utf8.count) else {
            throw .invalid("world must be a text of 1 to \(Attributes.valueBytesMax) bytes")
        }
        return name
    }
}

extension JSONObject {
    /// The text of a member; `nil` when it is missing or null.
    func text(_ name: String, bytesMax: Int = Attributes.valueBytesMax) throws(AdminError) -> String? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let text = value.stringValue, (1...bytesMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw .invalid("\(name) must be a text of 1 to \(bytesMax) bytes, without control characters") }
        return text
    }
}
