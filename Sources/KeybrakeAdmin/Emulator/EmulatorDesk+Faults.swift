internal import KeybrakeEmulator
internal import KeybrakeStripe

extension EmulatorDesk {
    /// `GET /admin/emulator/faults?world=`: the rules, with how often each was met.
    func listFaults(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        return .value(try attempt { () throws(EmulatorHost.Failure) in try emulator.faultRules(world: world) })
    }

    /// `POST /admin/emulator/faults?world=` with a rule such as
    /// `{"operation": "POST /v1/charges", "nth": 3, "fault": {"status": 500}}`.
    func addFault(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let rule = try call.json()
        return .value(
            try attempt { () throws(EmulatorHost.Failure) in try emulator.addFaultRule(rule, world: world) },
            status: 201)
    }

    /// `DELETE /admin/emulator/faults?world=&id=`: one rule, or all of them without an id.
    func deleteFaults(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world(besides: ["id"])
        let id = try call.query(parameters: ["world", "id"]).text("id")
        try attempt { () throws(EmulatorHost.Failure) in
            if let id {
                try emulator.deleteFaultRule(id: id, world: world)
            } else {
                try emulator.clearFaultRules(world: world)
            }
        }
        return .json(["world": .string(world), "deleted": id.map { .string($0) } ?? "all"])
    }

    /// `GET /admin/emulator/rate-limits?world=`: `null` when none hold.
    func showRateLimits(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        return .value(try attempt { () throws(EmulatorHost.Failure) in try emulator.rateLimits(world: world) })
    }

    /// `PUT /admin/emulator/rate-limits?world=` with `{}` for those of Stripe's sandboxes, `null` for none.
    func setRateLimits(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let limits = try call.json()
        return .value(
            try attempt { () throws(EmulatorHost.Failure) in try emulator.setRateLimits(limits, world: world) })
    }
}
