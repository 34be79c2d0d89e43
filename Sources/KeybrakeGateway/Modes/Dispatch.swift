package import KeybrakeStripe
package import NIOCore
package import NIOHTTP1

/// A judged request on its way to wherever its mode finds answers.
package struct DispatchedCall: Sendable {
    package var match: OperationMatch
    /// The path without query, as it was matched.
    package var path: String
    /// The judged tree: the query of a GET or DELETE, the form of a POST.
    package var form: FormMap
    /// The JSON body of a v2 POST.
    package var json: JSONValue?
    /// The body of an upload, as it came; `nil` for every other request.
    package var upload: ByteBuffer?
    package var uploadContentType: String?
    package var requestID: String
    /// What the client sent, for the cassette and the emulator; `nil` when it sent none.
    package var clientIdempotencyKey: String?
    /// What Stripe receives: unique to the vault key, so that two conversations cannot collide.
    package var upstreamIdempotencyKey: String?
    package var apiVersion: String?
    package var account: String?
    package var userAgent: String?
    /// The cassette session or the emulator's world; `nil` means the common one.
    package var session: String?
    /// The raw test key when the caller plays against the emulator without governance.
    package var emulatorKey: String?
    package var faultHeader: String?
    /// The caller's conversation, as the audit row states it.
    package var conversation: String?
    /// When the request arrived, in microseconds since 1970.
    package var startedAtMicroseconds: Int64

    /// The same time in whole seconds.
    package var atUnixSeconds: Int64 { startedAtMicroseconds / 1_000_000 }
}

/// What a mode made of a call.
package enum Dispatch: Sendable {
    case answered(Answer)
    /// Stripe gave no answer.
    case failed(UpstreamFailure)
    /// The mode itself refuses: a miss, or no key for upstream. Nothing was sent.
    case refused(Refusal)
}

/// An answer with its provenance.
package struct Answer: Sendable {
    /// Who made the answer; on the wire `X-Keybrake-Source`.
    package enum Source: String, Sendable {
        case upstream, cassette, emulator, policy
    }

    package var status: Int
    package var headers: HTTPHeaders
    package var body: ByteBuffer
    package var source: Source
    package var fault: WireFault

    package init(
        status: Int, headers: HTTPHeaders, body: ByteBuffer, source: Source, fault: WireFault = .none
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.source = source
        self.fault = fault
    }
}

/// One mode: takes a judged call, finds its answer.
package protocol Dispatcher: Sendable {
    var mode: Mode { get }

    /// Called on `eventLoop`; `completion` is called exactly once, on the same loop.
    func dispatch(
        _ call: DispatchedCall, on eventLoop: any EventLoop, completion: @escaping (Dispatch) -> Void)
}
