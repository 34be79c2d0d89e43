internal import KeybrakeCassettes
internal import KeybrakeGateway
internal import KeybrakeLedger
internal import KeybrakeStripe

extension AdminAPI {
    /// `GET /admin/mode`.
    func showMode() -> AdminResponse {
        .json(Self.object(services.modes.status))
    }

    /// `PUT /admin/mode`: the common mode, or with `session` the mode of one session (`mode: null` takes it away).
    func setMode(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let body = try call.object(members: ["mode", "cassette", "miss", "session"])
        let session = try body.text("session")
        let isRemoval = session != nil && body["mode"]?.isNull ?? true
        let wanted = isRemoval ? nil : try Self.request(body)
        do throws(ModeControl.Failure) {
            if let session {
                try services.modes.change(session: session, to: wanted, atMicroseconds: call.atMicroseconds)
            } else if let wanted {
                try services.modes.change(to: wanted, atMicroseconds: call.atMicroseconds)
            }
        } catch {
            throw AdminError(409, "mode_not_changed", "\(error)")
        }
        var stamp = call.stamp
        stamp.detail = body
        services.ledger.recordAdmin("mode", stamp: stamp)
        return showMode()
    }

    /// As long as Linux lets a path be.
    private static let pathBytesMax = 4_095

    private static func request(_ body: JSONObject) throws(AdminError) -> ModeControl.Request {
        guard let mode = body["mode"]?.stringValue.flatMap(Mode.init) else {
            throw .invalid("mode must be one of \(Mode.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var miss = MissPolicy.fail
        if let text = body["miss"], !text.isNull {
            guard let policy = text.stringValue.flatMap(MissPolicy.init) else {
                throw .invalid("miss must be \"fail\" or \"emulate\"")
            }
            miss = policy
        }
        let path = try body.text("cassette", bytesMax: pathBytesMax)
        return ModeControl.Request(mode: mode, cassettePath: path, miss: miss)
    }

    private static func object(_ status: ModeControl.Status) -> JSONObject {
        var object: JSONObject = ["mode": .string(status.request.mode.rawValue)]
        if let path = status.request.cassettePath { object["cassette"] = .string(path) }
        if status.request.mode == .replay { object["miss"] = .string(status.request.miss.rawValue) }
        if let count = status.interactionCount { object["interactions"] = .integer(Int64(count)) }
        if let playback = status.playback {
            object["used"] = .integer(Int64(playback.usedCount))
            object["misses"] = .integer(Int64(playback.misses))
            object["unused"] = .array(playback.unused.map { .integer(Int64($0)) })
        }
        if !status.warnings.isEmpty { object["warnings"] = .array(status.warnings.map { .string($0) }) }
        if let reason = status.incompleteBecause { object["incomplete_because"] = .string(reason) }
        return object
    }
}
