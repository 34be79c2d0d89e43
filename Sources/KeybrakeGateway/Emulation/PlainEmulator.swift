package import KeybrakeEmulator
package import KeybrakeStripe
package import Logging
package import NIOCore
internal import NIOHTTP1

/// The emulator as Stripe itself: plain `sk_test_` keys, no vault key, no policy, no audit.
///
/// What a client library's own test suite, or another instance of this program, speaks to.
package final class PlainEmulator: RequestHandler {
    private let emulator: EmulatorHost
    private let catalogue: Catalogue
    private let requestIDs: RequestIDSource
    private let selection: WorldSelection
    private let logger: Logger

    package init(
        emulator: EmulatorHost, catalogue: Catalogue, requestIDs: RequestIDSource, selection: WorldSelection,
        logger: Logger
    ) {
        self.emulator = emulator
        self.catalogue = catalogue
        self.requestIDs = requestIDs
        self.selection = selection
        self.logger = logger
    }

    package func handle(
        _ request: IncomingRequest, on eventLoop: any EventLoop, respond: @escaping (OutgoingResponse) -> Void
    ) {
        let id = requestIDs.next()
        do throws(StripeError) {
            respond(try answer(request, id: id))
        } catch {
            respond(Self.failure(error, requestID: id))
        }
    }

    package func refuse(_ unreadable: UnreadableRequest, atMicroseconds: Int64) -> OutgoingResponse {
        Self.failure(StripeError(Refusal(unreadable)), requestID: requestIDs.next())
    }

    private func answer(_ request: IncomingRequest, id: String) throws(StripeError) -> OutgoingResponse {
        let target: RequestTarget
        do throws(RequestTarget.Failure) {
            target = try RequestTarget(request.target)
        } catch .ambiguous(let reason) {
            throw .invalid("The path cannot be read: \(reason).")
        } catch {
            throw .unrecognizedURL(request)
        }
        guard let verb = Verb(request.method), let match = catalogue.operation(verb: verb, path: target.path) else {
            throw .unrecognizedURL(request)
        }
        let key = PlainKey((try? PresentedCredentials.text(request.headers)) ?? "")
        var call = EmulatorCall(match: match, apiKey: key.text, requestID: id)
        try Self.fill(&call, request, match.operation, query: target.query)
        let world = try selection.world(target: target, headers: request.headers, key: key)
        let answer = emulator.handle(call, world: world, atUnixSeconds: request.receivedAtMicroseconds / 1_000_000)
        VersionNotice.write(call.apiVersion, world: world, emulator: emulator, logger: logger)
        return OutgoingResponse(answer)
    }

    private static func fill(
        _ call: inout EmulatorCall, _ request: IncomingRequest, _ operation: Operation, query: String
    ) throws(StripeError) {
        do throws(Refusal) {
            let parameters = try RequestParameters(request, operation: operation, query: query)
            call.form = parameters.form
            call.json = parameters.json
            call.idempotencyKey = parameters.idempotencyKey
            call.upload = parameters.upload.map {
                .init(
                    contentType: request.headers.first(name: "Content-Type") ?? "multipart/form-data",
                    bytes: Array($0.readableBytesView))
            }
        } catch {
            throw StripeError(error)
        }
        for (name, value) in request.headers {
            switch name.utf8.count {
            case 14 where name.lowercased() == "stripe-version": call.apiVersion = value
            case 14 where name.lowercased() == "stripe-account": call.account = value
            case 16 where name.lowercased() == "x-keybrake-fault": call.faultHeader = value
            default: continue
            }
        }
    }

    private static func failure(_ error: StripeError, requestID: String) -> OutgoingResponse {
        let headers: HTTPHeaders = [
            "Content-Type": "application/json", "Request-Id": requestID,
            ResponseWriter.sourceHeader: Answer.Source.emulator.rawValue,
        ]
        return OutgoingResponse(status: error.status, headers: headers, body: ByteBuffer(bytes: error.body))
    }
}

extension OutgoingResponse {
    /// What the emulator answered, ready for the wire.
    init(_ answer: EmulatorAnswer) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(answer.headers.count + 1)
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        headers.add(name: ResponseWriter.sourceHeader, value: Answer.Source.emulator.rawValue)
        self.init(
            status: answer.status, headers: headers, body: ByteBuffer(bytes: answer.body),
            fault: WireFault(answer.delivery, bodyBytes: answer.body.count))
    }
}

extension StripeError {
    /// The same refusal in Stripe's own words: without our code and our documentation.
    fileprivate init(_ refusal: Refusal) {
        self.init(status: refusal.status, kind: refusal.kind, message: refusal.message, param: refusal.param)
    }

    fileprivate static func unrecognizedURL(_ request: IncomingRequest) -> StripeError {
        let path = request.target.prefix { $0 != "?" }.prefix(200)
        return StripeError(
            status: 404, kind: .invalidRequest,
            message:
                "Unrecognized request URL (\(request.method.rawValue): \(path)). If you are trying to list objects, "
                + "remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid "
                + "(non-empty) identifier in your code.")
    }
}
