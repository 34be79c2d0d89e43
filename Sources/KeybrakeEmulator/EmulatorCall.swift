package import KeybrakeStripe

/// One request to the emulated API, already parsed: the shell has read the bytes, found the operation and the key.
package struct EmulatorCall: Sendable {
    /// The operation with the values of its path parameters.
    package var match: OperationMatch
    /// The decoded query of a GET or DELETE, or the decoded form body of a POST.
    package var form: FormMap
    /// The body of a v2 POST.
    package var json: JSONValue?
    /// The body of a multipart upload as it came, boundaries included, and its content type.
    package var upload: Upload?
    /// The key as Stripe would see it (`sk_test_…`, `rk_test_…`, `pk_test_…`).
    package var apiKey: String
    /// `Stripe-Account`: the connected account that the call acts on.
    package var account: String?
    /// `Idempotency-Key`.
    package var idempotencyKey: String?
    /// `Stripe-Version`, as the client sent it.
    package var apiVersion: String?
    /// `X-Keybrake-Fault`: a fault for this one request.
    package var faultHeader: String?
    /// The conversation that the call belongs to, for fault rules that are about one.
    package var conversation: String?
    /// The id under which this request is answered (`req_…`).
    package var requestID: String

    /// A multipart body.
    package struct Upload: Sendable {
        package var contentType: String
        package var bytes: [UInt8]

        package init(contentType: String, bytes: [UInt8]) {
            self.contentType = contentType
            self.bytes = bytes
        }
    }

    package init(
        match: OperationMatch, form: FormMap = FormMap(), json: JSONValue? = nil, upload: Upload? = nil,
        apiKey: String = "sk_test_emulated", account: String? = nil, idempotencyKey: String? = nil,
        apiVersion: String? = nil, faultHeader: String? = nil, conversation: String? = nil, requestID: String
    ) {
        self.match = match
        self.form = form
        self.json = json
        self.upload = upload
        self.apiKey = apiKey
        self.account = account
        self.idempotencyKey = idempotencyKey
        self.apiVersion = apiVersion
        self.faultHeader = faultHeader
        self.conversation = conversation
        self.requestID = requestID
    }
}
