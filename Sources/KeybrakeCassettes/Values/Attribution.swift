/// What in a request only says to whom the call belongs: conversation tags and certain metadata.
///
/// It takes no part in matching, and a replayed answer gives back what the session sent.
enum Attribution {
    /// Metadata names that hold the id of a conversation.
    static let conversationNames: Set<String> = [
        "conversation_id", "conversation", "conv_id", "conv", "gen_ai.conversation.id", "keybrake_conversation",
    ]

    /// Metadata names that hold the turn or the agent.
    static let participantNames: Set<String> = [
        "turn", "turn_id", "agent", "agent_id", "agent_name", "agent_task", "gen_ai.agent.name", "gen_ai.agent.id",
    ]

    /// Metadata with this prefix was added by the proxy itself.
    static let ownPrefix = "keybrake_"

    /// Whether a member of a `metadata` map only attributes the call.
    static func isAttribution(_ name: String, parent: String) -> Bool {
        parent == "metadata"
            && (participantNames.contains(name) || conversationNames.contains(name) || name.hasPrefix(ownPrefix))
    }

    /// Whether a member of a `metadata` map holds the id of a conversation.
    static func isConversation(_ name: String, parent: String) -> Bool {
        parent == "metadata" && conversationNames.contains(name)
    }

    /// One value that attributes a call.
    struct Mark: Sendable, Hashable {
        /// The metadata name; empty for a tag in a text.
        let name: String
        let value: String
    }

    /// How a tag begins; it ends at the next `]`.
    static let tagOpening: StaticString = "[conv:"
    /// Longer tags are text.
    static let tagBytesMax = 200

    /// The first conversation tag at or after `start`: the whole tag, and the id in it.
    static func firstTag(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (tag: Range<Int>, id: Range<Int>)? {
        var at = start
        while let open = ByteSearch.first(tagOpening, in: bytes, from: at) {
            let idStart = open + tagOpening.utf8CodeUnitCount
            if let close = ByteSearch.first(UInt8(ascii: "]"), in: bytes, from: idStart),
                close > idStart, close - open <= tagBytesMax
            {
                return (open..<close + 1, idStart..<close)
            }
            at = idStart
        }
        return nil
    }
}
