/// The random values of a recording and what stands for them in the cassette.
struct RecordedValues: Sendable {
    private var recordedUUIDs: [UUIDText.Value: UUIDText.Value] = [:]
    private var standIns: [UUIDText.Value: UUIDText.Value] = [:]
    private(set) var recordedConversations: [String: String] = [:]

    /// Whether any value of the recording was renamed.
    var hasStandIns: Bool { !all.isEmpty }

    /// Every renamed value.
    private(set) var all: [RenamedValue] = []

    mutating func add(_ value: RenamedValue) {
        all.append(value)
        if let standIn = UUIDText(wholeOf: value.standIn), let recorded = UUIDText(wholeOf: value.recorded) {
            recordedUUIDs[standIn.value] = recorded.value
            standIns[recorded.value] = standIn.value
        } else {
            recordedConversations[value.standIn] = value.recorded
        }
    }

    /// Notes a UUID of a request. One without a stand-in, as in a file edited by hand, stands for itself.
    mutating func note(_ uuid: UUIDText.Value) {
        guard recordedUUIDs[uuid] == nil else { return }
        recordedUUIDs[uuid] = uuid
        standIns[uuid] = uuid
    }

    /// What was sent when the cassette was recorded; `nil` for a UUID that is in no request.
    func recorded(for standIn: UUIDText.Value) -> UUIDText.Value? { recordedUUIDs[standIn] }

    /// What stands in the cassette for a value that was sent when it was recorded.
    func standIn(for recorded: UUIDText.Value) -> UUIDText.Value? { standIns[recorded] }
}
