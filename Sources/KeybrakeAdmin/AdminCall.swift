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
    let query: FormMap
    let body: [UInt8]
    let bearerToken: String?
    let atMicroseconds: Int64

    init(_ request: IncomingRequest, id: String) {
        self.id = id
        method = request.method
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count > 1 ? (try? FormDecoder.decode(String(parts[1]))) ?? FormMap() : FormMap()
        body = Array(request.body.readableBytesView)
        let authorization = request.headers["Authorization"]
        bearerToken =
            authorization.count == 1 && authorization[0].lowercased().hasPrefix("bearer ")
            ? String(authorization[0].dropFirst(7)) : nil
        atMicroseconds = request.receivedAtMicroseconds
    }

    /// The body as a JSON object; an empty body is an empty object.
    func object() throws(AdminError) -> JSONObject {
        guard !body.isEmpty else { return JSONObject() }
        let value: JSONValue
        do throws(JSONParser.Failure) {
            value = try JSONParser.parse(body)
        } catch {
            throw AdminError(400, "malformed_request", "The body is no JSON: \(error).")
        }
        guard let object = value.objectValue else {
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
                "'\(unknown.name.prefix(60))' is not known here; known are \(members.sorted().joined(separator: ", ")).")
        }
        return object
    }

    /// The emulated world that the call is about.
    var world: String { query.text("world") ?? EmulateMode.commonWorld }
}
