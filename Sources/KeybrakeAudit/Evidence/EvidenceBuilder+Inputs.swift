extension EvidenceBuilder {
    /// Something that reading found wrong with an input.
    func problem(_ problem: ReadingProblem, _ finding: inout Finding) {
        finding.subject = problem.file
        if let line = problem.line { finding.subject += ":\(line)" }
        finding.summary = problem.text
        finding.facts.append(Finding.Fact(label: "file", value: problem.file))
        if let line = problem.line { finding.facts.append(Finding.Fact(label: "record", value: String(line))) }
        if let offset = problem.offset { finding.facts.append(Finding.Fact(label: "byte", value: String(offset))) }
        if let sample = problem.sample { finding.facts.append(Finding.Fact(label: "text", value: sample)) }
    }

    /// Two records of one id with different facts.
    func conflict(_ repeated: RepeatedRecord, _ finding: inout Finding) {
        finding.subject = chargeName(repeated.charge)
        let charge = books.charges[repeated.charge]
        finding.amount = charge.amount
        finding.currency = charge.currency
        finding.time = Int64(charge.created)
        finding.summary =
            "two records of one id differ: \(place(charge.place, line: charge.line)) and "
            + place(repeated.place, line: repeated.line)
        finding.facts = chargeFacts(repeated.charge)
        finding.facts.append(
            Finding.Fact(label: "other record", value: place(repeated.place, line: repeated.line)))
        let other = otherExcerpt(repeated.place)
        finding.facts.append(Finding.Fact(label: "its amount", value: other.amount))
        finding.facts.append(Finding.Fact(label: "its status", value: other.status))
        if !other.description.isEmpty {
            finding.facts.append(Finding.Fact(label: "its description", value: other.description))
        }
    }
}
