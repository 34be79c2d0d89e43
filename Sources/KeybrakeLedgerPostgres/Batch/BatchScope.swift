internal import KeybrakeLedger

/// What a batch of commands can look at or change, as far as the commands themselves tell.
struct BatchScope {
    private(set) var keyIDs: Set<String> = []
    /// Keys of which the calls under way are asked for.
    private(set) var busyKeyIDs: Set<String> = []
    private(set) var objectIDs: Set<String> = []
    private(set) var requestIDs: Set<String> = []
    private(set) var holdIDs: Set<String> = []
    private(set) var claimIDs: Set<Claim.ID> = []
    private(set) var needsEveryOpenHold = false

    /// Whether the commands only append rows.
    var isEmpty: Bool {
        keyIDs.isEmpty && requestIDs.isEmpty && holdIDs.isEmpty && !needsEveryOpenHold
    }

    init(_ commands: [LedgerCommand]) {
        for command in commands { add(command) }
    }

    private mutating func add(_ command: LedgerCommand) {
        switch command {
        case .begin(let intent, _): add(intent)
        case .end(let outcome, _):
            requestIDs.insert(outcome.requestID)
            for case let id? in [outcome.objectID, outcome.relatedID] { objectIDs.insert(id) }
        case .record, .recordAdmin: break
        case .operate(let act):
            switch act.subject {
            case .key(let id):
                keyIDs.insert(id)
                busyKeyIDs.insert(id)
            case .hold(let id): holdIDs.insert(id)
            case .everyOpenHold: needsEveryOpenHold = true
            }
        }
        if let id = command.claimID { claimIDs.insert(id) }
    }

    private mutating func add(_ intent: CallIntent) {
        keyIDs.insert(intent.keyID)
        requestIDs.insert(intent.requestID)
        switch intent.effect {
        case .none, .reserve(objectID: nil): break
        case .reserve(let objectID?), .advance(let objectID), .cancel(let objectID): objectIDs.insert(objectID)
        }
    }
}
