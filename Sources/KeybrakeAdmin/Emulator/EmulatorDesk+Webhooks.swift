internal import KeybrakeEmulator
internal import KeybrakeStripe

extension EmulatorDesk {
    /// `GET /admin/emulator/webhooks/deliveries?world=&event=&endpoint=&limit=`: the delivery log, the newest first.
    func listDeliveries(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world(besides: ["event", "endpoint", "limit"])
        let query = try call.query(parameters: ["world", "event", "endpoint", "limit"])
        guard let limit = Int(query.text("limit") ?? "100") else { throw .invalid("limit must be a whole number") }
        return .value(
            try attempt { () throws(EmulatorHost.Failure) in
                try emulator.deliveries(
                    world: world, event: query.text("event"), endpoint: query.text("endpoint"), limit: limit)
            })
    }

    /// `POST /admin/emulator/webhooks/resend?world=` with `{"event": "evt_…", "endpoint": "we_…"}`; without an endpoint
    /// to all that listen to the event.
    func resendEvent(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let body = try call.object(members: ["event", "endpoint"])
        guard let event = try body.text("event") else { throw .invalid("event must be an event's id") }
        let endpoint = try body.text("endpoint")
        return .value(
            try attempt { () throws(EmulatorHost.Failure) in
                try emulator.resend(
                    event: event, endpoint: endpoint, world: world, atUnixSeconds: call.atUnixSeconds)
            })
    }

    /// `POST /admin/emulator/webhooks/roll-secret?world=` with `{"endpoint": "we_…", "keep_old_seconds": 3600}`: a new
    /// secret, beside which the old one signs for so long.
    func rollSecret(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let body = try call.object(members: ["endpoint", "keep_old_seconds"])
        guard let endpoint = try body.text("endpoint") else { throw .invalid("endpoint must be an endpoint's id") }
        let seconds = body["keep_old_seconds"] ?? 0
        guard let seconds = seconds.integerValue else { throw .invalid("keep_old_seconds must be a whole number") }
        let secret = try attempt { () throws(EmulatorHost.Failure) in
            try emulator.rollWebhookSecret(
                endpoint: endpoint, keepingOldForSeconds: seconds, world: world, atUnixSeconds: call.atUnixSeconds)
        }
        return .json(["endpoint": .string(endpoint), "secret": .string(secret)])
    }

    /// `GET /admin/emulator/webhooks/switches?world=`: what goes wrong with deliveries on purpose.
    func showWebhookSwitches(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        return .value(try attempt { () throws(EmulatorHost.Failure) in try emulator.webhookSwitches(world: world) })
    }

    /// `PUT /admin/emulator/webhooks/switches?world=` with such as `{"duplicate_every": 3, "disorder": true}`; `{}`
    /// lets nothing go wrong.
    func setWebhookSwitches(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let switches = try call.json()
        return .value(
            try attempt { () throws(EmulatorHost.Failure) in
                try emulator.setWebhookSwitches(switches, world: world)
            })
    }
}
