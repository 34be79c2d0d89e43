extension Books {
    /// Reads the tag of a description into the record.
    ///
    /// An id that is no UUID counts only when the audit knows it; otherwise the tag is malformed.
    func tag(_ record: inout ChargeRecord, description: UnsafeRawBufferPointer) {
        switch ConversationTag(in: description) {
        case .absent: break
        case .malformed: record.flags.insert(.tagMalformed)
        case .ambiguous: record.flags.insert(.tagAmbiguous)
        case .named(let id):
            record.taggedConversation = findConversation(id)
            guard record.taggedConversation == 0 else { return }
            if UUIDText.isUUID(id) {
                record.taggedConversation = conversation(id)
            } else {
                record.flags.insert(.tagMalformed)
            }
        }
    }

    /// Reads the conversation that the metadata names into the record.
    func metadata(_ record: inout ChargeRecord, conversation id: UnsafeRawBufferPointer) {
        guard id.count > 0, id.count <= ConversationTag.lengthMax else { return }
        let number = conversation(id)
        if record.metadataConversation != 0, record.metadataConversation != number {
            record.flags.insert(.tagAmbiguous)
        } else {
            record.metadataConversation = number
        }
    }
}
