internal import NIOHTTP1

/// The routes below `/admin/emulator/`, which the control listener and the plain emulator both serve.
enum EmulatorRoute: String, CaseIterable {
    case listWorlds = "GET worlds"
    case setWorld = "PUT world"
    case reset = "POST reset"
    case clock = "POST clock"
    case authenticate = "POST authenticate"
    case fork = "POST fork"
    case deleteWorld = "DELETE world"
    case listSnapshots = "GET snapshots"
    case snapshot = "POST snapshots"
    case deleteSnapshot = "DELETE snapshots"
    case restore = "POST restore"
    case saveWorld = "GET state"
    case loadWorld = "PUT state"
    case audit = "GET audit"
    case registerKey = "POST keys"
    case revokeKey = "POST keys/revoke"
    case listFaults = "GET faults"
    case addFault = "POST faults"
    case deleteFaults = "DELETE faults"
    case showRateLimits = "GET rate-limits"
    case setRateLimits = "PUT rate-limits"
    case listDeliveries = "GET webhooks/deliveries"
    case resendEvent = "POST webhooks/resend"
    case rollSecret = "POST webhooks/roll-secret"
    case showWebhookSwitches = "GET webhooks/switches"
    case setWebhookSwitches = "PUT webhooks/switches"
    case seed = "POST seed"
    case seedCassette = "POST seed/cassette"
    case export = "GET export"
    case paymentsExport = "GET exports/payments.csv"

    /// - Parameter parts: what follows `/admin/emulator/`.
    init?(method: HTTPMethod, parts: [String]) {
        self.init(rawValue: method.rawValue + " " + parts.joined(separator: "/"))
    }
}
