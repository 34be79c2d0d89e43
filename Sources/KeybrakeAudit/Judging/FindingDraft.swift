/// A finding before its evidence is gathered: which check, and where to look. Small, so that a million fit.
struct FindingDraft {
    /// What the finding is about, as indices into the books or into lists of the judgement.
    enum Subject: Equatable {
        case charge(Int)
        case attempt(Int)
        case row(RowFlag)
        case problem(Int)
        case repeated(Int)
        case ambiguity(Int)
        case duplicates(Int)
        case cap(Int)
        /// About a whole input or all of them: what it is about, and a sentence.
        case sentence(about: String, String)
    }

    var check: Check
    var subject: Subject
    var conversation: UInt32 = 0
    var severity: Severity
    var effect: Check.Effect

    init(
        _ check: Check, _ subject: Subject, conversation: UInt32 = 0, severity: Severity? = nil,
        effect: Check.Effect? = nil
    ) {
        self.check = check
        self.subject = subject
        self.conversation = conversation
        self.severity = severity ?? check.severity
        self.effect = effect ?? check.effect
    }
}
