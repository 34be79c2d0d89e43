/// A cap with its scope and its kind of window. Every key has one of its own, for all meters and by the UTC day.
struct Budget: Sendable, Equatable {
    let id: String
    let scopeKind: String
    let scopeID: String
    let windowKind: String
    let cap: SpendLimit

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

    static func id(keyID: String) -> String { "key:\(keyID):day" }
}
