internal import NIOHTTP1

/// The routes of the control listener.
enum AdminRoute: Equatable {
    case health, ready, metrics
    case issueKey, listKeys
    case showKey(String)
    case changeKey(String, KeyAction)
    case holds
    case resolveHold(String)
    case showMode, setMode
    case audit
    case emulator(EmulatorRoute)

    /// What can be done to a key.
    enum KeyAction: String {
        case revoke, pause, resume, rotate
    }

    /// The route of a request; `nil` when there is none.
    init?(method: HTTPMethod, path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        switch (method, parts.count, parts.first) {
        case (.GET, 1, "healthz"): self = .health
        case (.GET, 1, "readyz"): self = .ready
        case (.GET, 1, "metrics"): self = .metrics
        case (_, 2..., "admin"):
            guard let route = AdminRoute(method: method, admin: Array(parts.dropFirst())) else { return nil }
            self = route
        default: return nil
        }
    }

    private init?(method: HTTPMethod, admin parts: [String]) {
        switch (method, parts.first, parts.count) {
        case (.POST, "vault-keys", 1): self = .issueKey
        case (.GET, "vault-keys", 1): self = .listKeys
        case (.GET, "vault-keys", 2): self = .showKey(parts[1])
        case (.POST, "vault-keys", 3):
            guard let action = KeyAction(rawValue: parts[2]) else { return nil }
            self = .changeKey(parts[1], action)
        case (.GET, "holds", 1): self = .holds
        case (.POST, "holds", 3) where parts[2] == "resolve": self = .resolveHold(parts[1])
        case (.GET, "mode", 1): self = .showMode
        case (.PUT, "mode", 1): self = .setMode
        case (.GET, "audit", 1): self = .audit
        case (_, "emulator", 2...):
            guard let route = EmulatorRoute(method: method, parts: Array(parts.dropFirst())) else { return nil }
            self = .emulator(route)
        default: return nil
        }
    }

    /// Whether the route is closed to callers without the admin token.
    var needsToken: Bool {
        switch self {
        case .health, .ready: false
        default: true
        }
    }
}
