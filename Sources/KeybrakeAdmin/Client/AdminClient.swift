package import KeybrakeGateway
package import KeybrakeStripe
package import NIOCore
internal import NIOHTTP1

/// Calls the admin API of a running instance: what the command line works with.
package struct AdminClient: Sendable {
    /// Why a call was not answered as hoped, in words for an operator.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// The status, when there was an answer.
        package let status: Int?
        package let description: String
    }

    /// The methods that the admin API has.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    private let upstream: any Upstream
    private let eventLoop: any EventLoop
    private let token: String
    private let url: String

    /// - Parameters:
    ///   - upstream: a client whose origin is the control listener.
    ///   - url: the same origin, for messages.
    package init(upstream: any Upstream, eventLoop: any EventLoop, token: String, url: String) {
        self.upstream = upstream
        self.eventLoop = eventLoop
        self.token = token
        self.url = url
    }

    /// The body of a successful answer.
    ///
    /// - Throws: ``Failure`` with the admin API's own message, or with what keeps it from being reached.
    package func send(_ method: Method, _ path: String, body: JSONObject? = nil) async throws(Failure) -> [UInt8] {
        try await send(method, path, bytes: body.map { JSONWriter.bytes(.object($0)) } ?? [])
    }

    /// The body of a successful answer to a request with any body.
    package func send(_ method: Method, _ path: String, bytes: [UInt8]) async throws(Failure) -> [UInt8] {
        let request = UpstreamRequest(
            method: HTTPMethod(rawValue: method.rawValue), target: path, headers: ["Authorization": "Bearer " + token],
            body: ByteBuffer(bytes: bytes))
        let response: UpstreamResponse
        switch await answer(to: request) {
        case .success(let answer): response = answer
        case .failure:
            throw Failure(
                status: nil,
                description:
                    "no instance answers at \(url); start one with 'keybrake serve', or name it with --control-url")
        }
        let bytes = Array(response.body.readableBytesView)
        guard (200..<300).contains(response.status) else {
            let message = (try? JSONParser.parse(bytes))?["error"]?["message"]?.stringValue
            throw Failure(status: response.status, description: message ?? "the admin API answered \(response.status)")
        }
        return bytes
    }

    /// The JSON object of a successful answer.
    package func object(_ method: Method, _ path: String, body: JSONObject? = nil) async throws(Failure) -> JSONObject {
        let bytes = try await send(method, path, body: body)
        guard let object = (try? JSONParser.parse(bytes))?.objectValue else {
            throw Failure(status: nil, description: "what answers at \(url) is no Keybrake instance")
        }
        return object
    }

    private func answer(to request: UpstreamRequest) async -> Result<UpstreamResponse, UpstreamFailure> {
        let eventLoop = eventLoop
        let upstream = upstream
        return await withCheckedContinuation { continuation in
            eventLoop.execute {
                upstream.send(request, on: eventLoop) { continuation.resume(returning: $0) }
            }
        }
    }
}
