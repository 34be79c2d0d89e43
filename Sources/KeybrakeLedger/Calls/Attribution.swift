/// Who made a call, as far as it is known.
package struct Attribution: Sendable, Equatable {
    package var conversation: String?
    /// Where the conversation was read: `key`, `header`, `baggage`, `metadata`, `description`, `suffix` or `path`.
    package var conversationSource: String?
    package var agent: String?
    package var turn: String?
    package var task: String?

    package init(
        conversation: String? = nil, conversationSource: String? = nil, agent: String? = nil, turn: String? = nil,
        task: String? = nil
    ) {
        self.conversation = conversation
        self.conversationSource = conversationSource
        self.agent = agent
        self.turn = turn
        self.task = task
    }
}
