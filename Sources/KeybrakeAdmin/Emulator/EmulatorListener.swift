package import KeybrakeEmulator
package import KeybrakeGateway
internal import KeybrakeStripe
package import NIOCore
internal import NIOHTTP1

/// Everything that the emulator's own listener serves, on one port: the emulated API, `/` for the client libraries'
/// test suites, and the worlds' controls under `/admin/emulator/` for whoever holds a test key.
package final class EmulatorListener: RequestHandler {
    private let api: PlainEmulator
    private let desk: EmulatorDesk
    private let requestIDs: RequestIDSource
    private let version: String

    package init(api: PlainEmulator, emulator: EmulatorHost, requestIDs: RequestIDSource, version: String) {
        self.api = api
        desk = EmulatorDesk(emulator: emulator)
        self.requestIDs = requestIDs
        self.version = version
    }

    package func handle(
        _ request: IncomingRequest, on eventLoop: any EventLoop, respond: @escaping (OutgoingResponse) -> Void
    ) {
        switch request.target.utf8.prefix(7) {
        case let path where path.elementsEqual("/admin/".utf8): respond(control(request))
        case let path where path.elementsEqual("/".utf8) || path.elementsEqual("/health".utf8): respond(greeting())
        default: api.handle(request, on: eventLoop, respond: respond)
        }
    }

    package func refuse(_ unreadable: UnreadableRequest, atMicroseconds: Int64) -> OutgoingResponse {
        api.refuse(unreadable, atMicroseconds: atMicroseconds)
    }

    /// The suites look for this header before they begin.
    private func greeting() -> OutgoingResponse {
        var response = AdminResponse.json(["object": "emulator", "version": .string(version)])
            .outgoing(requestID: requestIDs.next())
        response.headers.add(name: "Stripe-Mock-Version", value: "master")
        return response
    }

    /// A page in a browser cannot add a key to a request unasked, so that a test key is enough here.
    private func control(_ request: IncomingRequest) -> OutgoingResponse {
        let id = requestIDs.next()
        let call = AdminCall(request, id: id)
        do throws(AdminError) {
            guard call.bearerToken?.hasPrefix("sk_test_") == true else {
                throw AdminError(401, "test_key_required", "Send a test key as 'Authorization: Bearer sk_test_…'.")
            }
            guard case .emulator(let route)? = AdminRoute(method: call.method, path: call.path) else {
                throw AdminError(404, "not_found", "There is no such route here.")
            }
            return try desk.answer(route, call).outgoing(requestID: id)
        } catch {
            return AdminResponse.error(error.status, error.code, error.message).outgoing(requestID: id)
        }
    }
}
