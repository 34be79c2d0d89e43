internal import KeybrakeStripe

/// Answers one session's requests from a cassette: a value that decides and does no I/O.
///
/// Equal requests get their answers in recorded order. When all were played, the last one repeats for a read, because
/// clients poll; a further write is a miss, because it never happened.
package struct CassettePlayer: Sendable {
    package let cassette: Cassette
    private let rules: MatchRules
    private let redactor: Redactor
    private var plays: [Int32]
    /// For each group of equal requests, how many of its first interactions were all played.
    private var playedPrefix: [Int32]
    private var bindings = SessionBindings()
    private var writeOfKey: [String: AnsweredWrite] = [:]
    private var misses = 0

    /// A write of this session that had an idempotency key.
    private struct AnsweredWrite {
        let request: CanonicalRequest
        let position: Int
    }

    package init(_ cassette: Cassette, rules: MatchRules = .standard) {
        self.cassette = cassette
        self.rules = rules
        redactor = Redactor(rules.redaction)
        plays = Array(repeating: 0, count: cassette.count)
        playedPrefix = Array(repeating: 0, count: cassette.index.groups.count)
    }

    /// The recorded answer to a request, or why there is none.
    package mutating func answer(_ request: RecordedRequest) -> Playback {
        let request = redactor.redact(request)
        let canonical = CanonicalRequest(request)
        let playback = decide(request, canonical)
        if case .miss = playback { misses += 1 }
        return playback
    }

    /// What was used and what was not.
    package var report: PlaybackReport {
        PlaybackReport(cassette: cassette.name, playCounts: plays.map { Int($0) }, misses: misses)
    }

    private mutating func decide(_ request: RecordedRequest, _ canonical: CanonicalRequest) -> Playback {
        if request.isWrite, let key = request.idempotencyKey, let earlier = writeOfKey[key] {
            guard earlier.request.key == canonical.key, earlier.request.uuids == canonical.uuids else {
                return .miss(missing(request, .idempotencyKeyReused, nearest: nil))
            }
            return replay(earlier.position, canonical, isIdempotentReplay: true, request)
        }
        guard let group = cassette.index.group(canonical.key) else {
            return .miss(nothingEqual(request, canonical))
        }
        switch choose(in: group, request, canonical) {
        case .some(let position):
            played(position, in: group)
            bindings.bind(canonical, to: cassette.index.entries[position])
            if request.isWrite, let key = request.idempotencyKey, writeOfKey.count < Self.idempotencyKeysMax {
                writeOfKey[key] = AnsweredWrite(request: canonical, position: position)
            }
            return replay(position, canonical, isIdempotentReplay: false, request)
        case nil:
            return .miss(nonePlayable(in: group, request, canonical))
        }
    }

    /// How many idempotency keys a session remembers.
    private static let idempotencyKeysMax = 100_000

    // MARK: Choosing

    /// The first interaction of a group that may answer and was not played; for a read, else the last one that may.
    private func choose(in group: Int, _ request: RecordedRequest, _ canonical: CanonicalRequest) -> Int? {
        let positions = cassette.index.groups[group]
        let fresh = positions[Int(playedPrefix[group])...].first {
            plays[$0] == 0 && mayAnswer($0, request, canonical)
        }
        if let fresh { return fresh }
        return request.isWrite ? nil : positions.last { mayAnswer($0, request, canonical) }
    }

    private func mayAnswer(_ position: Int, _ request: RecordedRequest, _ canonical: CanonicalRequest) -> Bool {
        let entry = cassette.index.entries[position]
        return rules.allow(request.apiVersion, recorded: entry.apiVersion)
            && bindings.allow(canonical.uuids, for: entry, cassette.index.values)
    }

    private mutating func played(_ position: Int, in group: Int) {
        plays[position] += 1
        let positions = cassette.index.groups[group]
        var prefix = Int(playedPrefix[group])
        while prefix < positions.count, plays[positions[prefix]] > 0 { prefix += 1 }
        playedPrefix[group] = Int32(prefix)
    }

    // MARK: Answering

    private func replay(
        _ position: Int, _ canonical: CanonicalRequest, isIdempotentReplay: Bool, _ request: RecordedRequest
    ) -> Playback {
        let index = cassette.index
        let entry = index.entries[position]
        do throws(RecordReader.Damage) {
            let answer = try index.answer(position, isTrusted: plays[position] > 1)
            let echo = AnswerEcho(
                bindings: bindings, values: index.values, recorded: entry.marks, sent: canonical.marks)
            return .hit(
                ReplayedResponse(
                    interactionNumber: position + 1, status: answer.status,
                    headers: Self.headers(answer.headers, isIdempotentReplay: isIdempotentReplay),
                    body: answer.isJSON ? echo.apply(to: answer.body) : answer.body,
                    isIdempotentReplay: isIdempotentReplay))
        } catch {
            let detail = "interaction \(position + 1), line \(index.line(of: position)): \(error.detail)"
            return .miss(missing(request, .unreadable(detail: detail), nearest: nil))
        }
    }

    private static func headers(
        _ recorded: [(name: String, value: String)], isIdempotentReplay: Bool
    ) -> [(name: String, value: String)] {
        // Whether the recorded call was a retry says nothing about this one.
        var headers = recorded.filter { $0.name.utf8.count != 19 || $0.name.lowercased() != "idempotent-replayed" }
        if isIdempotentReplay { headers.append(("Idempotent-Replayed", "true")) }
        return headers
    }

    // MARK: Missing

    private func nothingEqual(_ request: RecordedRequest, _ canonical: CanonicalRequest) -> Miss {
        let index = cassette.index
        guard index.entries.contains(where: { $0.operation == request.operation }) else {
            let recorded = index.operations().map { "\($0.operation) (\($0.count))" }
            return missing(request, .noSuchOperation(recorded: recorded), nearest: nil)
        }
        return missing(request, .parametersDiffer, nearest: nearest(to: request))
    }

    private func nonePlayable(in group: Int, _ request: RecordedRequest, _ canonical: CanonicalRequest) -> Miss {
        let played = cassette.index.groups[group].filter { mayAnswer($0, request, canonical) }
        guard played.isEmpty else {
            let nearest = NearestInteraction(position: played[played.count - 1], differences: [])
            return missing(request, .allPlayed(recorded: played.count), nearest: nearest)
        }
        return missing(request, .parametersDiffer, nearest: nearest(to: request))
    }

    private func nearest(to request: RecordedRequest) -> NearestInteraction? {
        NearestInteraction.find(request, in: cassette.index, bindings, rules, isPlayed: { plays[$0] > 0 })
    }

    private func missing(_ request: RecordedRequest, _ reason: Miss.Reason, nearest: NearestInteraction?) -> Miss {
        Miss(
            cassette: cassette.name, operation: request.operation, reason: reason,
            nearest: nearest.map { $0.position + 1 }, differences: nearest?.differences ?? [])
    }
}
