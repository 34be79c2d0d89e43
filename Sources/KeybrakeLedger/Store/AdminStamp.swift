package import KeybrakeStripe

/// When and under which request an operator acted; becomes part of the act's audit row.
package struct AdminStamp: Sendable {
    package var requestID: String
    /// Microseconds since 1970.
    package var atMicroseconds: Int64
    /// Further facts for the row, such as who asked.
    package var detail: JSONObject

    package init(requestID: String, atMicroseconds: Int64, detail: JSONObject = JSONObject()) {
        self.requestID = requestID
        self.atMicroseconds = atMicroseconds
        self.detail = detail
    }
}
