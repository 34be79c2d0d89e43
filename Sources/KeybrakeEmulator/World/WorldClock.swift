/// The time of one world. It never runs backwards.
struct WorldClock: Sendable, Codable {
    private let setting: EmulatorConfiguration.Clock
    /// How far the world was advanced, beyond real time or its frozen beginning.
    private var advancedSeconds: Int64 = 0
    private var latest: Int64 = .min

    init(_ setting: EmulatorConfiguration.Clock) {
        self.setting = setting
    }

    /// The world's time when the shell's clock shows that second.
    func now(atUnixSeconds shellTime: Int64) -> Int64 {
        let base =
            switch setting {
            case .following: shellTime
            case .frozen(let start): start
            }
        let (sum, overflow) = base.addingReportingOverflow(advancedSeconds)
        return max(latest, overflow ? Int64.max : sum)
    }

    /// The world's time, remembered so that no later call sees an earlier one.
    mutating func read(atUnixSeconds shellTime: Int64) -> Int64 {
        latest = now(atUnixSeconds: shellTime)
        return latest
    }

    /// Moves on to a time; `false` when it is in the past or further off than a century.
    mutating func advance(to target: Int64, atUnixSeconds shellTime: Int64) -> Bool {
        let time = now(atUnixSeconds: shellTime)
        guard target >= time, target - time <= 100 * 366 * 86_400 else { return false }
        advancedSeconds += target - time
        latest = target
        return true
    }
}
