/// The events of an account, to be read: the log together with the store that keeps the objects' texts.
struct EventHistory: Sendable {
    let log: EventLog
    let store: ObjectStore

    /// The events, oldest first.
    var entries: EventHistory { self }

    func position(of id: String) -> Int? { log.position(of: id) }
    func positions(ofType type: String) -> PositionList { log.positions(ofType: type) }
    func type(at position: Int) -> String { log.type(at: position) }
    func created(at position: Int) -> Int64 { log.created(at: position) }
}

extension EventHistory: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { log.count }
    subscript(position: Int) -> EventLog.Entry { log.entry(at: position, store) }
}
