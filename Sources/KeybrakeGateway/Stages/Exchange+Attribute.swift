internal import KeybrakeLedger
internal import KeybrakeStripe

extension Exchange {
    /// Settles which conversation, agent and turn the call belongs to.
    ///
    /// The key's binding is authoritative. A claim that contradicts it is the mark of a key used by another
    /// conversation (a global overwritten by another thread) or of a tool executed by another agent, and is refused.
    func attribute() throws(Refusal) {
        guard let target else { throw .unknownRoute }
        let claims = Attributes(target: target, suffixes: suffixes, headers: request.headers, form: form)
        if session == nil, let claimed = claims.session {
            session = claimed
            dispatcher = gateway.modes.dispatcher(session: claimed)
        }
        attribution.turn = claims.turn
        attribution.task = claims.task
        attribution.conversation = key?.conversation ?? claims.conversations.first?.value
        attribution.conversationSource =
            key?.conversation != nil ? Attributes.Source.key.rawValue : claims.conversations.first?.source.rawValue
        attribution.agent = key?.agent ?? claims.agents.first?.value
        if let bound = key?.conversation, claims.conversations.contains(where: { $0.value != bound }) {
            throw .attributionMismatch("conversation")
        }
        if let bound = key?.agent, claims.agents.contains(where: { $0.value != bound }) {
            throw .attributionMismatch("agent")
        }
    }
}
