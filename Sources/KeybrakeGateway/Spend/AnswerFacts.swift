internal import KeybrakeStripe
package import NIOCore

/// What the body of Stripe's answer says about the object and its money, read in one pass without building a tree.
package struct AnswerFacts: Sendable, Equatable {
    package var id: String?
    package var object: String?
    package var status: String?
    package var customer: String?
    package var latestCharge: String?
    package var charge: String?
    package var currency: String?
    package var amount: Int64?
    package var amountCaptured: Int64?
    package var amountReceived: Int64?
    package var amountCapturable: Int64?
    package var isCaptured: Bool?
    /// The `type` of the error that the answer states.
    package var errorType: String?

    package init() {}

    /// Reads the top-level members of a JSON object; what is missing or of another type stays `nil`.
    package init(_ body: ByteBuffer) {
        body.withUnsafeReadableBytes { raw in
            // SAFETY: bytes are bytes: UInt8 has no alignment and every bit pattern is one of its values.
            raw.withMemoryRebound(to: UInt8.self) { bytes in
                JSONScanner(bytes).forEachMember { name, value in
                    take(name: name, value: value)
                    return true
                }
            }
        }
    }

    private mutating func take(name: Slice<UnsafeBufferPointer<UInt8>>, value: Slice<UnsafeBufferPointer<UInt8>>) {
        switch name.count {
        case 2 where name.elementsEqual("id".utf8): id = Self.text(value)
        case 5 where name.elementsEqual("error".utf8): takeError(value)
        case 6 where name.elementsEqual("amount".utf8): amount = Self.number(value)
        case 6 where name.elementsEqual("object".utf8): object = Self.text(value)
        case 6 where name.elementsEqual("status".utf8): status = Self.text(value)
        case 6 where name.elementsEqual("charge".utf8): charge = Self.reference(value)
        case 8 where name.elementsEqual("currency".utf8): currency = Self.text(value)
        case 8 where name.elementsEqual("customer".utf8): customer = Self.reference(value)
        case 8 where name.elementsEqual("captured".utf8): isCaptured = value.first == UInt8(ascii: "t")
        case 13 where name.elementsEqual("latest_charge".utf8): latestCharge = Self.reference(value)
        case 15 where name.elementsEqual("amount_captured".utf8): amountCaptured = Self.number(value)
        case 15 where name.elementsEqual("amount_received".utf8): amountReceived = Self.number(value)
        case 17 where name.elementsEqual("amount_capturable".utf8): amountCapturable = Self.number(value)
        default: break
        }
    }

    /// What kind of error it is, and the failed charge that a declined payment names inside it.
    private mutating func takeError(_ value: Slice<UnsafeBufferPointer<UInt8>>) {
        errorType = Self.member("type", of: value)
        charge = Self.member("charge", of: value)
    }

    /// The text of a string without escapes, which is all that ids and words need.
    private static func text(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        guard value.count >= 2, value.first == UInt8(ascii: "\""), !value.contains(UInt8(ascii: "\\")) else {
            return nil
        }
        return String(validating: value.dropFirst().dropLast(), as: UTF8.self)
    }

    private static func number(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        // So many digits cannot overflow.
        guard (1...18).contains(value.count), value.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return value.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// An id, or the `id` of the object that was expanded in its place.
    private static func reference(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        value.first == UInt8(ascii: "{") ? member("id", of: value) : text(value)
    }

    /// The text of one member of a nested object.
    private static func member(_ wanted: String, of object: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        var found: String?
        JSONScanner(UnsafeBufferPointer(rebasing: object)).forEachMember { name, value in
            guard name.elementsEqual(wanted.utf8) else { return true }
            found = text(value)
            return false
        }
        return found
    }
}
