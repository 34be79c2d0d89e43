/// Which times the two sides cover, in Unix seconds.
struct Coverage {
    /// What each export covers, by its first and last charge or the period asked for.
    private(set) var exports: [ClosedRange<Int64>] = []
    /// What the audit covers, with the grace at both ends; `nil` when it has no rows.
    private(set) var audit: ClosedRange<Int64>?
    private let from: Int64
    private let to: Int64

    init(books: Books, settings: ReconcileSettings) {
        from = settings.from ?? .min
        to = settings.to ?? .max
        for file in books.files where file.state != .refused {
            guard let first = file.first, let last = file.last else { continue }
            exports.append(first...last)
        }
        extend(settings)
        if let first = books.audit.first, let last = books.audit.last {
            audit = first - settings.graceBeforeSeconds...last + settings.graceAfterSeconds
        }
    }

    /// Whoever names a period says that the exports cover it.
    private mutating func extend(_ settings: ReconcileSettings) {
        if exports.isEmpty, let from = settings.from, let to = settings.to, from < to { exports = [from...to - 1] }
        guard !exports.isEmpty else { return }
        exports.sort { $0.lowerBound < $1.lowerBound }
        if let from = settings.from, from < exports[0].lowerBound { exports[0] = from...exports[0].upperBound }
        guard let to = settings.to,
            let last = exports.indices.max(by: { exports[$0].upperBound < exports[$1].upperBound })
        else { return }
        if to - 1 > exports[last].upperBound { exports[last] = exports[last].lowerBound...to - 1 }
    }

    /// Whether the time lies in the period asked for.
    func isAsked(_ seconds: Int64) -> Bool { seconds >= from && seconds < to }

    /// Whether some export would have a charge of that time.
    func exportsCover(_ seconds: Int64) -> Bool { exports.contains { $0.contains(seconds) } }

    /// Whether the proxy was at work then.
    func auditCovers(_ seconds: Int64) -> Bool { audit?.contains(seconds) ?? false }

    /// From the earliest to the latest time that an export covers.
    var period: ClosedRange<Int64>? {
        guard let first = exports.map(\.lowerBound).min(), let last = exports.map(\.upperBound).max() else {
            return nil
        }
        return first...last
    }
}
