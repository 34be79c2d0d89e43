internal import KeybrakeLedger

/// Why the server or the way to it failed. The message is the server's first line only: its details repeat values.
struct PostgresError: Error, Sendable {
    enum Kind: Sendable {
        /// No connection came to be.
        case unreachable
        /// The connection is gone.
        case connectionLost
        /// Two transactions stood in each other's way: the same again may succeed.
        case conflict
        /// A value or a row that the database will never take.
        case badData
        case other
    }

    let kind: Kind
    let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// - Parameter sqlState: the five characters of the server's error code, when there are any.
    init(sqlState: String?, message: String) {
        self.init(Self.kind(sqlState ?? ""), sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message)
    }

    private static func kind(_ sqlState: String) -> Kind {
        switch sqlState {
        case "40001", "40P01": return .conflict
        // Shut down, crashed, starting up, idle for too long, told to end.
        case "57P01", "57P02", "57P03", "57P05", "25P03": return .connectionLost
        default: break
        }
        switch sqlState.prefix(2) {
        case "08": return .connectionLost
        case "22", "23": return .badData
        default: return .other
        }
    }

    /// In the ledger's words.
    func failure(at address: PostgresAddress) -> LedgerFailure {
        kind == .badData ? .damaged("\(message), \(address)") : .disk("\(message), \(address)")
    }
}
