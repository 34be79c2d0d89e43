/// A cap with its scope and its kind of window. Every key has one of its own, for all meters and by the UTC day.
package struct Budget: Sendable, Equatable {
    package let id: String
    package let scopeKind: String
    package let scopeID: String
    package let windowKind: String
    package let cap: SpendLimit

    /// The budget of a key.
    init(keyID: String, cap: SpendLimit) {
        self.init(id: Self.id(keyID: keyID), scopeKind: "key", scopeID: keyID, windowKind: "day", cap: cap)
    }

    init(id: String, scopeKind: String, scopeID: String, windowKind: String, cap: SpendLimit) {
        self.id = id
        self.scopeKind = scopeKind
        self.scopeID = scopeID
        self.windowKind = windowKind
        self.cap = cap
    }

    /// The id of a key's budget.
    package static func id(keyID: String) -> String { "key:\(keyID):day" }
}
