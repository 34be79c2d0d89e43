internal import KeybrakeLedger
internal import KeybrakeStripe

/// The sentences and figures that all reports share.
enum SummaryText {
    /// What period the exports cover.
    static func period(_ reconciliation: Reconciliation) -> String {
        guard let period = reconciliation.judgement.period else {
            return "No period: the exports have no dated charge."
        }
        return "\(CivilTime.spaced(period.lowerBound)) to \(CivilTime.spaced(period.upperBound)) UTC"
    }

    /// Why the verdict is what it is, in one sentence.
    static func reason(_ reconciliation: Reconciliation) -> String {
        let judgement = reconciliation.judgement
        let failures = judgement.drafts.filter {
            $0.effect == .failure && $0.severity <= reconciliation.settings.failOn
        }.count
        let errors = judgement.drafts.filter { $0.effect == .error }
        let threshold = reconciliation.settings.failOn.word
        switch judgement.verdict {
        case .pass:
            let matched = judgement.charges[.matched].count
            return
                "\(Figures.of(matched, "charge is", "charges are")) accounted for, and nothing was found at or above "
                + "\(threshold)."
        case .fail:
            return "\(Figures.of(failures, "finding", "findings")) at or above \(threshold). The inputs are sound."
        case .cannotVouch:
            let ids = Set(errors.map(\.check)).sorted().map(\.id).joined(separator: ", ")
            let more = failures > 0 ? " Beside that, \(Figures.of(failures, "finding", "findings"))." : ""
            return "The inputs do not allow a verdict (\(ids)).\(more)"
        }
    }

    /// The figures at the top of a report.
    static func figures(_ reconciliation: Reconciliation) -> [(label: String, value: String)] {
        let judgement = reconciliation.judgement
        let charges = judgement.charges
        let around = [
            ChargeClass.bypassTagged, .bypassUntagged, .unknownConversation, .malformedTag, .blockedButCharged,
        ]
        .map { charges[$0].count }.reduce(0, +)
        let findings = judgement.drafts.filter { $0.effect == .failure || $0.effect == .error }.count
        return [
            ("export records", Figures.count(reconciliation.books.exportTotals.count)),
            ("charges that match", Figures.count(charges[.matched].count)),
            ("charges around the proxy", Figures.count(around)),
            ("missing at Stripe", Figures.count(judgement.attempts[.phantom].count)),
            ("audit rows", Figures.count(reconciliation.books.audit.rowCount)),
            ("calls refused", Figures.count(judgement.attempts[.refused].count)),
            ("findings", Figures.count(findings)),
        ]
    }

    /// The style and the words for what a check came to.
    static func result(of check: Check, _ reconciliation: Reconciliation) -> (style: String, text: String) {
        let count = reconciliation.judgement.counts[check] ?? .init()
        if count.errors > 0 { return ("doubtful", "? cannot vouch") }
        if count.failures > 0 {
            let fails = (count.worst ?? .info) <= reconciliation.settings.failOn
            return fails ? ("bad", "\u{2715} fail") : ("off", "\u{25CB} below threshold")
        }
        if let reason = reconciliation.judgement.skipped[check] { return ("off", "\u{2013} skipped: \(reason)") }
        if count.skipped > 0 { return ("off", "\u{2013} not checkable") }
        return ("ok", "\u{2713} pass")
    }

    /// A count with its sums.
    static func side(_ side: SideTotals) -> String {
        let sums = side.sums.sorted
        return Figures.count(side.count)
            + (sums.isEmpty ? "" : " / " + sums.map { Figures.money($0.sum, $0.currency) }.joined(separator: ", "))
    }

    /// The proof in one line.
    static func proof(_ reconciliation: Reconciliation) -> String {
        reconciliation.judgement.proof.lines.map { line in
            line.ties
                ? "\(line.name) \(side(line.left)) = classes"
                : "\(line.name) \(side(line.left)) \u{2260} classes \(side(line.right))"
        }.joined(separator: "; ")
    }

    /// `, made 2026-…`, when a time was given.
    static func generated(_ reconciliation: Reconciliation) -> String {
        reconciliation.settings.now.map { ", made " + CivilTime.rfc3339($0) } ?? ""
    }

    /// How the reconciliation was asked for.
    static func settings(_ reconciliation: Reconciliation) -> String {
        let settings = reconciliation.settings
        let modes = reconciliation.books.audit.modesReconciled.map(\.word).joined(separator: ", ")
        var parts = ["scope \(settings.scope.rawValue)", "fails on \(settings.failOn.word)", "modes \(modes)"]
        if let from = settings.from { parts.append("from \(CivilTime.rfc3339(from))") }
        if let to = settings.to { parts.append("to \(CivilTime.rfc3339(to))") }
        if !settings.expectedRepeats.isEmpty {
            parts.append("repeats expected in \(settings.expectedRepeats.sorted().joined(separator: ", "))")
        }
        return "Settings: " + parts.joined(separator: "; ") + "."
    }
}
