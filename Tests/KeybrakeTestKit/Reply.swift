package import KeybrakeGateway
package import KeybrakeStripe
internal import NIOCore
package import NIOHTTP1

/// An answer as a client sees it.
package struct Reply {
    package let status: Int
    package let headers: HTTPHeaders
    package let text: String
    package let fault: WireFault

    package init(_ response: OutgoingResponse) {
        status = response.status
        headers = response.headers
        text = String(buffer: response.body)
        fault = response.fault
    }

    /// The body, `null` when it is no JSON.
    package var json: JSONValue { (try? JSONParser.parse(text)) ?? .null }
    /// The code in the error.
    package var code: String? { json["error"]?["code"]?.stringValue }
    package var message: String { json["error"]?["message"]?.stringValue ?? "" }
    package var param: String? { json["error"]?["param"]?.stringValue }
    /// Status and code: `401 spend_cap_exceeded`, or `200` for an answer without error.
    package var line: String { code.map { "\(status) \($0)" } ?? "\(status)" }

    package func header(_ name: String) -> String? { headers.first(name: name) }
}
