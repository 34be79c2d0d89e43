internal import KeybrakeStripe

/// What an endpoint listens to.
struct WebhookListener: Sendable {
    let endpoint: String
    let url: String
    /// The version that its events claim; `nil` for the account's.
    let apiVersion: String?
    /// Hears the events of connected accounts, rather than those of its own.
    let isConnect: Bool
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
        types = Set(tree["enabled_events"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        hearsAll = types.contains("*")
    }

    /// `*` stands for all types but those that ask a question.
    func hears(_ type: String) -> Bool { hearsAll && !Self.questions.contains(type) || types.contains(type) }

    /// What an endpoint is asked, rather than told.
    private static let questions: Set<String> = ["issuing_authorization.request"]
}
