/// What a call means to do with the key's budget. The amount itself is in ``CallIntent/money``.
package enum SpendEffect: Sendable, Equatable {
    /// No money moves.
    case none
    /// Money is asked for. With an object id, it belongs to that object: where this key already holds money for the
    /// object, the call changes that hold to the new total instead of holding twice.
    case reserve(objectID: String?)
    /// A step (confirm, capture, update) of an object whose money is held. ``CallIntent/money`` is the new total, or
    /// `nil` for as much as is held.
    case advance(objectID: String)
    /// The object is to be cancelled, its money given back when that has happened.
    case cancel(objectID: String)
}
