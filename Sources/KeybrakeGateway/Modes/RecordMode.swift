package import KeybrakeCassettes
internal import KeybrakeStripe
package import Logging
package import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Forwards like live mode and appends every exchange to a cassette.
///
/// What may not be recorded is refused before it is sent. Should an answer turn out to be unfit, or the disk be full,
/// the money has moved already: the client gets its answer, marked as not recorded, and the recording counts as
/// incomplete.
package final class RecordMode: Dispatcher {
    package let mode: Mode = .record
    package let recorder: CassetteRecorder
    private let live: LiveMode
    private let logger: Logger
    private let failure = Mutex<String?>(nil)

    /// The header on an answer that is missing from the cassette.
    package static let notRecordedHeader = "X-Keybrake-Not-Recorded"

    package init(live: LiveMode, recorder: CassetteRecorder, logger: Logger) {
        self.live = live
        self.recorder = recorder
        self.logger = logger
    }

    /// Why the cassette lacks an exchange that took place; `nil` while it is complete.
    package var incompleteBecause: String? { failure.withLock { $0 } }

    package func dispatch(
        _ call: DispatchedCall, on eventLoop: any EventLoop, completion: @escaping (Dispatch) -> Void
    ) {
        let request = RecordedRequest(call)
        do throws(RecordingRefusal) {
            try recorder.admit(request)
        } catch {
            return completion(.refused(.cannotRecord("\(error)")))
        }
        let began = call.startedAtMicroseconds
        live.dispatch(call, on: eventLoop) { dispatch in
            guard case .answered(var answer) = dispatch else { return completion(dispatch) }
            if let reason = self.append(call, request, answer, began: began) {
                answer.headers.add(name: Self.notRecordedHeader, value: "see the proxy's log")
                self.logger.error("exchange not recorded", metadata: ["reason": "\(reason)"])
                self.failure.withLock { $0 = $0 ?? reason }
            }
            completion(.answered(answer))
        }
    }

    /// Writes the exchange; why not, when it could not be written.
    private func append(
        _ call: DispatchedCall, _ request: RecordedRequest, _ answer: Answer, began: Int64
    ) -> String? {
        let now = ClockReading.microsecondsNow()
        let interaction = Interaction(
            request: request, response: RecordedResponse(answer), decision: "allowed",
            volatile: VolatileFacts(
                recordedAtMicroseconds: now, latencyMicroseconds: max(0, now - began), requestID: call.requestID,
                conversation: call.conversation))
        do {
            _ = try recorder.append(interaction)
            return nil
        } catch {
            return "\(error)"
        }
    }
}

extension Refusal {
    fileprivate static func cannotRecord(_ reason: String) -> Refusal {
        Refusal(
            400, "cannot_record",
            "This request may not be written to the cassette, so it was not sent: \(reason). Change the request or "
                + "leave record mode."
        )
    }
}

extension RecordedRequest {
    /// The call as a cassette remembers it.
    init(_ call: DispatchedCall) {
        self.init(
            operation: call.match.operation.name, path: call.path, parameters: call.form, json: call.json,
            raw: call.upload.map { Array($0.readableBytesView) }, rawContentType: call.uploadContentType,
            apiVersion: call.apiVersion, account: call.account, idempotencyKey: call.clientIdempotencyKey)
    }
}

extension RecordedResponse {
    fileprivate init(_ answer: Answer) {
        let bytes = answer.body.readableBytesView
        let body: Body = if let json = try? JSONParser.parse(bytes) { .json(json) } else { .raw(Array(bytes)) }
        self.init(
            status: answer.status, headers: answer.headers.map { (name: $0.name, value: $0.value) }, body: body)
    }
}
