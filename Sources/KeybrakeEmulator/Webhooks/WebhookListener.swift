internal import KeybrakeStripe

/// What an endpoint listens to.
struct WebhookListener: Sendable, Codable {
    let endpoint: String
    let url: String
    /// The version that its events claim; `nil` for the account's.
    let apiVersion: String?
    /// Hears the events of connected accounts, rather than those of its own.
    let isConnect: Bool
    /// Whether it is told thin events, which leave the object to be fetched.
    let isThin: Bool
    private let types: Set<String>
    private let hearsAll: Bool

    /// `nil` for an endpoint that is deleted or disabled.
    init?(_ object: StoredObject) {
        guard !object.isDeleted, object.text("status") == "enabled" else { return nil }
        let tree = object.tree
        endpoint = object.id
        url = tree.text("url") ?? ""
        apiVersion = tree.text("api_version")
        isConnect = tree.text("application") != nil
        isThin = false
        types = Set(tree["enabled_events"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        hearsAll = types.contains("*")
    }

    /// `nil` for an event destination that is deleted, disabled, or no webhook endpoint.
    init?(destination object: StoredObject) {
        guard !object.isDeleted, object.text("status") == "enabled" else { return nil }
        let tree = object.tree
        guard let url = tree.object("webhook_endpoint")?.text("url") else { return nil }
        endpoint = object.id
        self.url = url
        apiVersion = tree.text("snapshot_api_version")
        isConnect = tree["events_from"]?.arrayValue?.contains("other_accounts") == true
        isThin = tree.text("event_payload") == "thin"
        types = Set(tree["enabled_events"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        hearsAll = types.contains("*")
    }

    /// `*` stands for all types but those that ask a question.
    func hears(_ type: String) -> Bool {
        if types.contains(isThin ? ThinEvents.type(type) : type) { return true }
        guard hearsAll, !Self.questions.contains(type) else { return false }
        return isThin ? type != EventDestinations.pingType : !ThinEvents.isOnlyThin(type)
    }

    /// What an endpoint is asked, rather than told.
    private static let questions: Set<String> = ["issuing_authorization.request"]
}
