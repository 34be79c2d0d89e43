internal import KeybrakeEmulator
internal import KeybrakeStripe

extension EmulatorDesk {
    /// `GET /admin/emulator/worlds`: the names of the worlds that exist.
    func listWorlds(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        _ = try call.world()
        return .json(["worlds": .array(emulator.worlds().map { .string($0) })])
    }

    /// `PUT /admin/emulator/world?world=` with `{"kind": "plain" | "strict" | "lenient"}`.
    func setWorld(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let kind = try call.object(members: ["kind"]).text("kind") ?? ""
        guard ["plain", "strict", "lenient"].contains(kind) else {
            throw .invalid("kind must be plain, strict or lenient")
        }
        try attempt { () throws(EmulatorHost.Failure) in
            try emulator.set(world: world, isLenient: kind == "lenient", isStrict: kind == "strict")
        }
        return .json(["world": .string(world), "kind": .string(kind)])
    }

    /// `POST /admin/emulator/reset?world=`: forgets everything in a world.
    func reset(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        emulator.reset(world: world)
        return .json(["world": .string(world), "reset": true])
    }

    /// `POST /admin/emulator/clock?world=` with `{"advance_seconds": 86400}` or `{"to": unix seconds}`.
    func advance(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let body = try call.object(members: ["advance_seconds", "to"])
        let world = try call.world()
        let now = call.atUnixSeconds
        let time: Int64
        switch (body["advance_seconds"]?.integerValue, body["to"]?.integerValue) {
        case (let seconds?, nil) where Self.advanceSeconds.contains(seconds) && body.members.count == 1:
            time = try attempt { () throws(EmulatorHost.Failure) in
                try emulator.advanceClock(world: world, bySeconds: seconds, atUnixSeconds: now)
            }
        case (nil, let target?) where Self.clockUnixSeconds.contains(target) && body.members.count == 1:
            time = try attempt { () throws(EmulatorHost.Failure) in
                try emulator.advanceClock(world: world, toUnixSeconds: target, atUnixSeconds: now)
            }
        default:
            throw .invalid("give either advance_seconds (0 to 100 years) or to (Unix seconds)")
        }
        return .json(["world": .string(world), "time": .integer(time)])
    }

    /// At most a hundred years at once, and never past the year 9999.
    private static let advanceSeconds: ClosedRange<Int64> = 0...3_155_760_000
    private static let clockUnixSeconds: ClosedRange<Int64> = 0...253_402_300_799

    /// `POST /admin/emulator/authenticate?world=` with `{"intent": "pi_… or seti_…", "passes": true}`: the cardholder
    /// answers the challenge of 3-D Secure.
    func authenticate(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let body = try call.object(members: ["intent", "passes"])
        guard let intent = try body.text("intent"), let passes = body["passes"]?.boolValue else {
            throw .invalid("give intent (an id) and passes (true or false)")
        }
        try attempt { () throws(EmulatorHost.Failure) in
            try emulator.authenticate(
                world: world, paymentIntent: intent, passes: passes, atUnixSeconds: call.atUnixSeconds)
        }
        return .json(["world": .string(world), "intent": .string(intent), "passes": .bool(passes)])
    }

    /// `POST /admin/emulator/fork?world=` with `{"into": "name"}`: another world that begins as a copy of this one.
    func fork(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        guard let copy = try call.object(members: ["into"]).text("into") else {
            throw .invalid("into must name the new world")
        }
        try attempt { () throws(EmulatorHost.Failure) in try emulator.fork(world: world, into: copy) }
        return .json(["world": .string(world), "into": .string(copy)])
    }
}
