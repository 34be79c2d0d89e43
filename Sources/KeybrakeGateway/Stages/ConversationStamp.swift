internal import KeybrakeStripe

/// Writes the conversation into the metadata of what a call creates, so that Stripe's own exports say whose it is,
/// whichever way the proxy learned it.
///
/// Nothing else is written: a retry under the same idempotency key must be the very same request. Only creations are
/// stamped; an update by another conversation does not take an object over.
enum ConversationStamp {
    static let name = "keybrake_conversation"
    /// Stripe's own limits.
    private static let namesMax = 50
    private static let valueBytesMax = 500

    /// The form with the stamp, or as it is where there is nothing to say or no place for it.
    static func stamped(_ form: FormMap, _ operation: Operation, conversation: String?) -> FormMap {
        guard let conversation, operation.verb == .post, operation.action.form == .create,
            conversation.utf8.count <= valueBytesMax, operation.parameters.field("metadata") != nil
        else { return form }
        var metadata: FormMap
        switch form["metadata"] {
        case nil: metadata = FormMap()
        case .map(let map): metadata = map
        // An empty text, or what Stripe will refuse.
        case .text, .list: return form
        }
        guard metadata.text("conversation_id") != conversation || metadata[name] != nil,
            metadata[name] != nil || metadata.count < namesMax
        else { return form }
        metadata[name] = .text(conversation)
        var stamped = form
        stamped["metadata"] = .map(metadata)
        return stamped
    }
}
