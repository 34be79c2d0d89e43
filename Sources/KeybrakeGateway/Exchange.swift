internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

/// One request on its way through the stages: the only state that the stages share.
///
/// It lives on its connection's event loop and is touched nowhere else.
final class Exchange {
    let gateway: Gateway
    let request: IncomingRequest
    let id: String
    let eventLoop: any EventLoop
    private let respond: (OutgoingResponse) -> Void

    // Filled by the stages, in this order.
    var token: PresentedToken?
    var suffixes: [(String, String)] = []
    var target: RequestTarget?
    var key: VaultKey?
    var policy: PolicyIndex.Compiled?
    var match: OperationMatch?
    var form = FormMap()
    var json: JSONValue?
    var upload: ByteBuffer?
    var attribution = Attribution()
    var session: String?
    var dispatcher: any Dispatcher
    /// The client's idempotency key, once it is known to be fit for a header and for the audit.
    var idempotencyKey: String?
    var namedCustomers = NamedCustomers()
    /// For the audit: the customer that the request names, or that its object belongs to.
    var customer: String?
    /// The read that the proxy made on its own account, by the operation's name.
    var preReadOperation: String?
    var price = Price.free
    var usdCents: Int64?
    /// The amount that was put into a request that left it open.
    var pinnedAmount: Int64?
    /// What makes two requests with one idempotency key the same; made of what the client sent, before pinning.
    var fingerprint: [UInt8] = []
    /// Whether an earlier attempt with the same idempotency key ended unknown.
    var isRetryOfUnknown = false

    init(
        gateway: Gateway, request: IncomingRequest, id: String, eventLoop: any EventLoop,
        respond: @escaping (OutgoingResponse) -> Void
    ) {
        self.gateway = gateway
        self.request = request
        self.id = id
        self.eventLoop = eventLoop
        self.respond = respond
        dispatcher = gateway.modes.dispatcher(session: nil)
    }

    /// The stages, in order. A refusal at any of them ends the request.
    func run() {
        do throws(Refusal) {
            try identify()
            try parse()
            try attribute()
            try judge()
        } catch {
            return refuse(error)
        }
        guard let match, match.operation.isWrite, key != nil else { return read() }
        priceThenHold(match)
    }

    /// Answers with a refusal and leaves both audit rows.
    ///
    /// - Parameter upstreamStatus: what Stripe had answered, where the refusal came after the answer.
    func refuse(_ refusal: Refusal, upstreamStatus: Int? = nil) {
        gateway.ledger.record(recordedCall(refusal: refusal, upstreamStatus: upstreamStatus))
        finish(refusal)
    }

    /// Hands an answer to the connection.
    func finish(_ response: OutgoingResponse) {
        gateway.counters.countAnswer(dispatcher.mode)
        respond(response)
    }

    /// Hands a refusal that has its audit rows to the connection.
    func finish(_ refusal: Refusal) {
        gateway.counters.countRefusal(refusal.code)
        respond(ResponseWriter.refusal(refusal, requestID: id, mode: dispatcher.mode))
    }
}

/// The key that a request presented.
enum PresentedToken {
    case vault(VaultKeyToken)
    /// A raw test key, where the emulator takes those.
    case test(String)
}
