internal import KeybrakeStripe

/// One call as a behaviour sees it: routed, its parameters checked against the catalogue, the world's time known.
struct Call: Sendable {
    let operation: Operation
    let path: [(name: String, value: String)]
    let form: FormMap
    /// The file of an upload.
    var file: MultipartForm.File?
    let cause: Cause
    /// The key that it came with.
    var apiKey = ""

    var now: Int64 { cause.now }

    /// The value of the path's parameter at that place, from the left.
    func pathValue(_ index: Int = 0) -> String {
        index < path.count ? path[index].value : ""
    }
}

/// What made something happen: a request, or the passing of time.
struct Cause: Sendable {
    /// The time at which it happens: the world's, or that of a test clock.
    let now: Int64
    var requestID: String?
    var idempotencyKey: String?
    /// The payment method whose holder has just passed 3-D Secure on a page.
    var authenticatedMethod: String?
    /// The test clock in whose time it happens.
    var testClock: String?
    /// The world's time; `now`, unless it happens in the time of a test clock.
    let worldNow: Int64

    init(
        now: Int64, requestID: String? = nil, idempotencyKey: String? = nil, testClock: String? = nil,
        worldNow: Int64? = nil
    ) {
        self.now = now
        self.requestID = requestID
        self.idempotencyKey = idempotencyKey
        self.testClock = testClock
        self.worldNow = worldNow ?? now
    }

    /// The same in the world's time, for accounts and objects that no test clock has.
    var inWorld: Cause { Cause(now: worldNow, requestID: requestID, idempotencyKey: idempotencyKey) }
}

/// What a behaviour answers with status 200.
enum Reply {
    /// A remembered object as it stands.
    case stored(ObjectKind, id: String)
    /// An object made for this answer.
    case object(JSONObject)
    /// An object or a list made for this answer, already written.
    case bytes([UInt8])
    /// A page of a list.
    case page(ListPage)

    /// Whether this is a list or a search result without anything in it.
    var isEmptyList: Bool {
        switch self {
        case .page(let page): page.elements.isEmpty
        case .object(let object): object["has_more"] != nil && object["data"] == []
        case .stored, .bytes: false
        }
    }
}

/// What an operation does to an account. What it changed before it throws stays changed, as a declined card's charge
/// does; so whatever can be wrong with a call is looked at before the first change.
typealias Behaviour = @Sendable (Call, inout Account) throws(StripeError) -> Reply

extension Operation {
    /// Whether this is an operation of the second API, which differs in bodies, pages and errors.
    var isVersionTwo: Bool { pathTemplate.hasPrefix("/v2/") }
}
