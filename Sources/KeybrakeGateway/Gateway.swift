package import KeybrakeLedger
package import KeybrakeStripe
package import Logging
package import NIOCore

/// The life of a request, for every connection of the data listener.
///
/// The stages, each in its own file, in the order of ``Exchange/run()``:
/// identify the key → parse to an operation and a tree → attribute → judge the policy → price → hold → dispatch →
/// settle → answer. Every request ends in the audit, whatever happened to it.
package final class Gateway: RequestHandler {
    let catalogue: Catalogue
    let ledger: any LedgerStore
    let modes: ModeSwitch
    let settings: GatewaySettings
    let policies: PolicyIndex
    let requestIDs: RequestIDSource
    let pricer = Pricer()
    let pins = PinnedAmounts()
    package let counters = GatewayCounters()
    let logger: Logger

    package init(
        catalogue: Catalogue, ledger: any LedgerStore, modes: ModeSwitch, settings: GatewaySettings,
        policies: PolicyIndex, requestIDs: RequestIDSource, logger: Logger
    ) {
        self.catalogue = catalogue
        self.ledger = ledger
        self.modes = modes
        self.settings = settings
        self.policies = policies
        self.requestIDs = requestIDs
        self.logger = logger
    }

    package func handle(
        _ request: IncomingRequest, on eventLoop: any EventLoop, respond: @escaping (OutgoingResponse) -> Void
    ) {
        Exchange(gateway: self, request: request, id: requestIDs.next(), eventLoop: eventLoop, respond: respond).run()
    }

    package func refuse(_ unreadable: UnreadableRequest, atMicroseconds: Int64) -> OutgoingResponse {
        let refusal = Refusal(unreadable)
        let id = requestIDs.next()
        counters.countRefusal(refusal.code)
        ledger.record(
            RecordedCall(
                requestID: id, atMicroseconds: atMicroseconds, endedAtMicroseconds: atMicroseconds,
                mode: modes.dispatcher(session: nil).mode.rawValue, refusal: refusal.code,
                clientStatus: refusal.status))
        return ResponseWriter.refusal(refusal, requestID: id, mode: modes.dispatcher(session: nil).mode)
    }
}

extension Refusal {
    /// The answer to bytes that never became a request.
    init(_ unreadable: UnreadableRequest) {
        switch unreadable {
        case .malformed(let reason):
            self = .malformed("The request is not HTTP/1.1 that can be read in one way only: \(reason).")
        case .headTooLarge(let limit):
            self = Refusal(431, "malformed_request", "The request's head is larger than \(limit) bytes.")
        case .bodyTooLarge(let limit):
            self = Refusal(413, "malformed_request", "The request's body is larger than \(limit) bytes.")
        case .tooSlow(let limit):
            self = Refusal(408, "malformed_request", "The request did not arrive within \(limit) milliseconds.")
        case .versionNotSupported:
            self = Refusal(505, "malformed_request", "Only HTTP/1.1 is spoken here.")
        }
    }
}
