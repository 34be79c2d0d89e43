internal import KeybrakeLedger

/// The stages of one reconciliation, in order: read both sides, match, judge. Reports are made of what it holds.
final class Reconciliation {
    let settings: ReconcileSettings
    let books = Books()
    let judgement: Judgement
    private let database: AuditDatabase?

    /// Reads the exports and the ledger and judges them.
    init(exports: [String], audit: String, settings: ReconcileSettings, showsProgress: Bool) {
        self.settings = settings
        AuditReader.read(path: audit, into: books, showsProgress: showsProgress)
        for path in exports { ExportReader.read(path: path, into: books, showsProgress: showsProgress) }
        var matcher = Matcher(books: books, settings: settings)
        matcher.match()
        var judge = Judge(books: books, settings: settings, matcher: matcher)
        judgement = judge.judge()
        database = books.audit.isReadable ? try? AuditDatabase(path: audit) : nil
    }

    /// Gathers the evidence of findings.
    func evidence() -> EvidenceBuilder {
        EvidenceBuilder(books: books, judgement: judgement, settings: settings, database: database)
    }
}
