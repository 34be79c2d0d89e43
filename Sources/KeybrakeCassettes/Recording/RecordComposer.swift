internal import KeybrakeStripe

/// Makes records out of interactions, one after the other: redacts, renames random values, inspects.
struct RecordComposer {
    private let rules: RedactionRules
    private let redactor: Redactor
    private var standIns: StandIns

    init(rules: RedactionRules, standIns: StandIns = StandIns()) {
        self.rules = rules
        redactor = Redactor(rules)
        self.standIns = standIns
    }

    /// Makes a record and hands it to `write`. When either fails, the composer is as if nothing had happened.
    mutating func compose(_ interaction: Interaction, write: ([UInt8]) throws -> Void) throws {
        if rules.refusesLiveMode, LiveMode.isLive(interaction.response) { throw RecordingRefusal(.liveMode) }
        var record = interaction
        record.request = standIns.rename(redactor.redact(interaction.request).withConstantBoundary)
        record.response = standIns.renameKnown(redactor.redact(interaction.response))
        record.volatile = redactor.redact(interaction.volatile, headers: interaction.response.headers)
        record.volatile.values = standIns.added
        do {
            try write(try RecordingInspection.text(record))
            standIns.keepAdded()
        } catch {
            standIns.forgetAdded()
            throw error
        }
    }
}

extension RecordedRequest {
    /// The request as it is stored: the random boundary of a multipart body would differ each time.
    fileprivate var withConstantBoundary: RecordedRequest {
        guard let raw else { return self }
        var request = self
        request.raw = MultipartBoundary.normalised(raw)
        request.rawContentType = rawContentType.map { MultipartBoundary.normalised(contentType: $0, of: raw) }
        return request
    }
}
