extension Books {
    /// The calls of a conversation, as indices in the order of row numbers.
    func attempts(ofConversation conversation: UInt32) -> [Int] {
        if attemptsByConversation == nil { attemptsByConversation = AttemptIndex(self) }
        return attemptsByConversation?.attempts(of: conversation).map(Int.init) ?? []
    }
}

/// The calls of every conversation, found without searching.
struct AttemptIndex {
    private var starts: [UInt32]
    private var sorted: [UInt32]

    init(_ books: Books) {
        starts = [UInt32](repeating: 0, count: books.conversations.count + 2)
        for attempt in books.attempts { starts[Int(attempt.conversation) + 1] += 1 }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        sorted = [UInt32](repeating: 0, count: books.attempts.count)
        var next = starts
        for (index, attempt) in books.attempts.enumerated() {
            sorted[Int(next[Int(attempt.conversation)])] = UInt32(truncatingIfNeeded: index)
            next[Int(attempt.conversation)] += 1
        }
    }

    func attempts(of conversation: UInt32) -> ArraySlice<UInt32> {
        guard conversation != 0, Int(conversation) + 1 < starts.count else { return [] }
        return sorted[Int(starts[Int(conversation)])..<Int(starts[Int(conversation) + 1])]
    }
}
