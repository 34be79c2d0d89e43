/// An answer kept for the next call with the same idempotency key.
package struct StoredAnswer: Sendable {
    package var status: Int
    package var headers: [(String, String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(String, String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension StoredAnswer: Equatable {
    package static func == (left: StoredAnswer, right: StoredAnswer) -> Bool {
        left.status == right.status && left.body == right.body
            && left.headers.elementsEqual(right.headers, by: { $0 == $1 })
    }
}
