/// Commands whose rows the disk has refused, kept in order until it takes them.
package struct RetainedCommands {
    private var commands: [LedgerCommand] = []
    private var firstIndex = 0
    private let callsMax: Int

    package init(callsMax: Int) {
        self.callsMax = callsMax
    }

    package var isEmpty: Bool { firstIndex == commands.count }
    package var count: Int { commands.count - firstIndex }

    /// Keeps a command; `false` when there is no room for one that no money depends on.
    package mutating func append(_ command: LedgerCommand) -> Bool {
        if case .end = command {
            commands.append(command)
            return true
        }
        guard count < callsMax else { return false }
        commands.append(command)
        return true
    }

    /// The oldest commands, at most so many.
    package func prefix(_ count: Int) -> [LedgerCommand] {
        Array(commands[firstIndex...].prefix(count))
    }

    /// Lets go of the oldest so many.
    package mutating func removeFirst(_ count: Int) {
        firstIndex += count
        guard firstIndex == commands.count else { return }
        commands = []
        firstIndex = 0
    }
}
