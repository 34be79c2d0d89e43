internal import KeybrakeCassettes
internal import KeybrakeEmulator
internal import KeybrakeStripe

extension EmulatorDesk {
    /// `POST /admin/emulator/seed?world=` with one JSON object a line, or with a fixture file of the Stripe CLI.
    func seed(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let count = try attempt { () throws(EmulatorHost.Failure) in
            try emulator.seed(world: world, lines: call.body, atUnixSeconds: call.atUnixSeconds)
        }
        return .json(["world": .string(world), "seeded": .integer(Int64(count))])
    }

    /// `POST /admin/emulator/seed/cassette?world=` with a cassette: the objects that Stripe answered are put in.
    func seedCassette(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        var bodies: [JSONValue] = []
        do throws(CassetteError) {
            let cassette = try Cassette.read(call.body, path: "the cassette").cassette
            for number in 0..<cassette.count {
                if case .json(let body) = try cassette.interaction(number + 1).response.body { bodies.append(body) }
            }
        } catch {
            throw .invalid("\(error)")
        }
        let count = try attempt { () throws(EmulatorHost.Failure) in
            try emulator.seed(world: world, responses: bodies, atUnixSeconds: call.atUnixSeconds)
        }
        return .json(["world": .string(world), "seeded": .integer(Int64(count))])
    }

    /// `GET /admin/emulator/export?world=`: the world's objects as lines that `seed` takes again.
    func export(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let lines = try attempt { () throws(EmulatorHost.Failure) in try emulator.export(world: world) }
        return AdminResponse(status: 200, contentType: "application/x-ndjson", body: lines)
    }

    /// `GET /admin/emulator/exports/payments.csv?world=`: the emulated Dashboard's payments export.
    func paymentsExport(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        AdminResponse(
            status: 200, contentType: "text/csv; charset=utf-8",
            body: emulator.paymentsCSV(world: try call.world()))
    }
}
