package import KeybrakeEmulator
internal import KeybrakeStripe
package import Logging
package import NIOCore
internal import NIOHTTP1

/// Answers from the built-in emulator: no account, no network.
package struct EmulateMode: Dispatcher {
    package let mode: Mode = .emulate
    private let emulator: EmulatorHost
    private let logger: Logger

    /// The world that calls without a session share.
    package static let commonWorld = "default"

    package init(emulator: EmulatorHost, logger: Logger) {
        self.emulator = emulator
        self.logger = logger
    }

    package func dispatch(
        _ call: DispatchedCall, on eventLoop: any EventLoop, completion: @escaping (Dispatch) -> Void
    ) {
        completion(.answered(answer(call)))
    }

    /// The emulator's answer, also for a call that another mode could not answer.
    func answer(_ call: DispatchedCall) -> Answer {
        var emulated = EmulatorCall(
            match: call.match, form: call.form, json: call.json, apiKey: call.emulatorKey ?? "sk_test_governed",
            account: call.account, idempotencyKey: call.upstreamIdempotencyKey, apiVersion: call.apiVersion,
            faultHeader: call.faultHeader, conversation: call.conversation, requestID: call.requestID)
        if let upload = call.upload {
            emulated.upload = .init(
                contentType: call.uploadContentType ?? "multipart/form-data", bytes: Array(upload.readableBytesView))
        }
        let world = call.session ?? Self.commonWorld
        let answer = emulator.handle(emulated, world: world, atUnixSeconds: call.atUnixSeconds)
        VersionNotice.write(call.apiVersion, world: world, emulator: emulator, logger: logger)
        return Answer(
            status: answer.status, headers: HTTPHeaders(answer.headers.map { ($0.name, $0.value) }),
            body: ByteBuffer(bytes: answer.body), source: .emulator,
            fault: WireFault(answer.delivery, bodyBytes: answer.body.count))
    }
}

extension WireFault {
    /// The fault that an emulated delivery asks for.
    init(_ delivery: EmulatorAnswer.Delivery?, bodyBytes: Int) {
        self = .none
        guard let delivery else { return }
        delayMilliseconds = delivery.delayMilliseconds
        if let bytesPerSecond = delivery.bodyBytesPerSecond {
            bodyMilliseconds = bodyBytes * 1_000 / max(1, bytesPerSecond)
        }
        ending =
            switch delivery.ending {
            case .whole: .whole
            case .truncated(let bodyBytes): .truncated(bodyBytes: bodyBytes)
            case .reset: .reset
            }
    }
}
