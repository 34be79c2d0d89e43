internal import KeybrakeStripe
package import NIOCore
internal import NIOHTTP1

/// Forwards to Stripe: the judged tree, encoded again, under the upstream key.
package struct LiveMode: Dispatcher {
    package let mode: Mode = .live
    private let upstream: any Upstream
    private let key: UpstreamKey?

    /// - Parameter key: `nil` when none is configured; calls are then refused.
    package init(upstream: any Upstream, key: UpstreamKey?) {
        self.upstream = upstream
        self.key = key
    }

    package func dispatch(
        _ call: DispatchedCall, on eventLoop: any EventLoop, completion: @escaping (Dispatch) -> Void
    ) {
        guard let key else { return completion(.refused(.noUpstreamKey)) }
        upstream.send(request(call, key: key), on: eventLoop) { result in
            switch result {
            case .success(let response):
                completion(
                    .answered(
                        Answer(
                            status: response.status, headers: response.headers, body: response.body, source: .upstream))
                )
            case .failure(let failure):
                completion(.failed(failure))
            }
        }
    }

    private func request(_ call: DispatchedCall, key: UpstreamKey) -> UpstreamRequest {
        var headers = HTTPHeaders()
        headers.reserveCapacity(8)
        headers.add(name: "Authorization", value: key.authorization)
        headers.add(name: "Accept", value: "application/json")
        if let agent = call.userAgent { headers.add(name: "User-Agent", value: agent) }
        if let version = call.apiVersion { headers.add(name: "Stripe-Version", value: version) }
        if let account = call.account { headers.add(name: "Stripe-Account", value: account) }
        if let idempotencyKey = call.upstreamIdempotencyKey {
            headers.add(name: "Idempotency-Key", value: idempotencyKey)
        }
        guard call.match.operation.verb == .post else {
            let query = FormEncoder.encode(call.form)
            let target = query.isEmpty ? call.path : call.path + "?" + String(decoding: query, as: UTF8.self)
            let method: HTTPMethod = call.match.operation.verb == .delete ? .DELETE : .GET
            return UpstreamRequest(method: method, target: target, headers: headers, body: ByteBuffer())
        }
        let (contentType, body) = body(call)
        headers.add(name: "Content-Type", value: contentType)
        return UpstreamRequest(method: .POST, target: call.path, headers: headers, body: body)
    }

    private func body(_ call: DispatchedCall) -> (contentType: String, bytes: ByteBuffer) {
        if let upload = call.upload { return (call.uploadContentType ?? "multipart/form-data", upload) }
        if let json = call.json { return ("application/json", ByteBuffer(bytes: JSONWriter.bytes(json))) }
        return ("application/x-www-form-urlencoded", ByteBuffer(bytes: FormEncoder.encode(call.form)))
    }
}
