internal import KeybrakeStripe

/// The file that is recorded into, and what must be known of its content to go on.
struct RecordingTape {
    let file: AppendFile
    private(set) var count = 0
    private(set) var apiVersion: String?
    /// Whether not even a header is there.
    private(set) var isBlank = true
    private let rules: RedactionRules
    private var composer: RecordComposer
    private var numberOfIdempotencyKey: [String: Int] = [:]

    private init(file: AppendFile, rules: RedactionRules) {
        self.file = file
        self.rules = rules
        composer = RecordComposer(rules: rules)
    }

    /// Reads what a file holds, cuts off a torn end, and gets ready to append.
    static func thread(
        _ file: AppendFile, opening: CassetteRecorder.Opening, rules: RedactionRules
    ) throws(CassetteError) -> (tape: RecordingTape, warnings: [CassetteWarning]) {
        var tape = RecordingTape(file: file, rules: rules)
        let bytes = try file.content(bytesMax: CassetteFormat.fileBytesMax)
        let loader = CassetteLoader(path: file.path)
        let isBlank = !bytes.contains { $0 > 0x20 }
        if !isBlank { try loader.recognise(bytes) }
        if isBlank || opening == .startingOver {
            try file.truncate(toBytes: 0)
            return (tape, [])
        }
        guard !loader.isTornHeader(bytes) else {
            try file.truncate(toBytes: 0)
            return (tape, [CassetteWarning(line: 1, text: "the header was not finished and is written anew")])
        }
        let loaded = try loader.load(bytes)
        if let torn = loaded.tornFrom { try file.truncate(toBytes: torn) }
        let end = loaded.tornFrom ?? bytes.count
        if bytes[end - 1] != 0x0A { try file.append([0x0A]) }
        try tape.takeUp(loaded.cassette)
        return (tape, loaded.warnings)
    }

    private mutating func takeUp(_ cassette: Cassette) throws(CassetteError) {
        isBlank = false
        apiVersion = cassette.header.apiVersion
        count = cassette.count
        composer = RecordComposer(rules: rules, standIns: try StandIns(continuing: cassette))
    }

    /// Writes the header of a new cassette.
    mutating func begin(_ header: CassetteHeader) throws(CassetteError) {
        try file.append(RecordWriter.text(header))
        try file.syncFolder()
        isBlank = false
        apiVersion = header.apiVersion
    }

    /// Writes an interaction; the number that it got.
    mutating func append(_ interaction: Interaction) throws -> Int {
        guard file.isOpen else { throw CassetteError(path: file.path, reason: .closed) }
        if let number = numberOfRetried(interaction) { return number }
        guard count < CassetteFormat.interactionsMax else {
            throw CassetteError(
                path: file.path, reason: .tooManyInteractions(limit: CassetteFormat.interactionsMax))
        }
        let file = file
        try composer.compose(interaction) { try file.append($0) }
        count += 1
        if let key = interaction.request.idempotencyKey { numberOfIdempotencyKey[key] = count }
        return count
    }

    private func numberOfRetried(_ interaction: Interaction) -> Int? {
        guard let key = interaction.request.idempotencyKey, let number = numberOfIdempotencyKey[key] else {
            return nil
        }
        let isReplayed = interaction.response.headers.contains {
            $0.name.lowercased() == "idempotent-replayed" && $0.value == "true"
        }
        return isReplayed ? number : nil
    }
}
