internal import KeybrakeStripe

/// One remembered object: the JSON text that a GET answers, and what lists need without reading it.
struct StoredObject: Sendable {
    let id: String
    /// The world's Unix seconds at which it was made.
    let created: Int64
    /// Compact JSON. Events of the object share this storage until the object changes.
    var bytes: [UInt8]
    /// A deleted object can still be retrieved, as `deleted: true`, but is in no list.
    var isDeleted = false
    /// A payment method that was used up or detached.
    var isSpent = false
    /// A payment method whose holder has agreed to payments in their absence.
    var isSetUp = false
    /// The id of the object under whose path it was made.
    var owner: String?
    /// The test card behind a card, payment method or token; Stripe's objects do not show it.
    var card: TestCard.Row?

    /// The object as a tree.
    var tree: JSONObject {
        // The bytes were written by the emulator or checked on import, so they parse.
        (try? JSONParser.parse(bytes))?.objectValue ?? JSONObject()
    }

    /// The text of a top-level string member, without building the tree.
    func text(_ name: String) -> String? {
        Self.text(name, in: bytes)
    }

    static func text(_ name: String, in bytes: [UInt8]) -> String? {
        var name = name
        return name.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { buffer in
                var found: String?
                JSONScanner(buffer).forEachMember { member, value in
                    guard member.elementsEqual(wanted) else { return true }
                    if value.first == UInt8(ascii: "\""), value.count >= 2 {
                        let inside = value.dropFirst().dropLast()
                        found =
                            inside.contains(UInt8(ascii: "\\"))
                            ? (try? JSONParser.parse(value))?.stringValue : String(decoding: inside, as: UTF8.self)
                    }
                    return false
                }
                return found
            }
        }
    }
}
