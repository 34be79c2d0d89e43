/// Says on standard error how far long work has come, when somebody is looking at a terminal.
struct Progress {
    private let isShown: Bool
    private let label: String
    private var shownPercent: Int64 = -1

    init(label: String, isShown: Bool) {
        self.label = label
        self.isShown = isShown
    }

    /// Shows the share, at most once a percent.
    mutating func report(done: Int64, of total: Int64) {
        guard isShown, total > 0 else { return }
        let percent = min(100, done * 100 / total)
        guard percent > shownPercent else { return }
        shownPercent = percent
        StandardError.write("\r\(label) \(percent) %")
    }

    /// Clears the line.
    func finish() {
        guard isShown, shownPercent >= 0 else { return }
        StandardError.write("\r\u{1B}[K")
    }
}
