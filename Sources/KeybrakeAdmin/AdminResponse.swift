internal import KeybrakeGateway
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

/// One answer of the control listener.
struct AdminResponse: Sendable {
    var status: Int
    var contentType: String
    var body: [UInt8]

    static func json(_ object: JSONObject, status: Int = 200) -> AdminResponse {
        value(.object(object), status: status)
    }

    static func value(_ value: JSONValue, status: Int = 200) -> AdminResponse {
        AdminResponse(
            status: status, contentType: "application/json",
            body: JSONWriter.bytes(value, layout: .pretty) + [0x0A])
    }

    static func text(_ text: String, contentType: String = "text/plain; charset=utf-8", status: Int = 200)
        -> AdminResponse
    {
        AdminResponse(status: status, contentType: contentType, body: Array(text.utf8))
    }

    static func error(_ status: Int, _ code: String, _ message: String) -> AdminResponse {
        .json(["error": .object(["code": .string(code), "message": .string(message)])], status: status)
    }

    /// The answer as the server writes it.
    func outgoing(requestID: String) -> OutgoingResponse {
        var headers = HTTPHeaders([
            ("Content-Type", contentType), ("Request-Id", requestID), ("Cache-Control", "no-store"),
        ])
        if status == 401 { headers.add(name: "WWW-Authenticate", value: "Bearer") }
        return OutgoingResponse(status: status, headers: headers, body: ByteBuffer(bytes: body))
    }
}
