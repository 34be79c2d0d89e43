internal import KeybrakeEmulator
internal import KeybrakeStripe

extension AdminAPI {
    /// `POST /admin/emulator/reset?world=`: forgets everything in a world.
    func resetEmulator(_ call: AdminCall) -> AdminResponse {
        services.emulator.reset(world: call.world)
        return .json(["world": .string(call.world), "reset": true])
    }

    /// `POST /admin/emulator/clock?world=` with `{"advance_seconds": 86400}` or `{"to": unix seconds}`.
    func advanceEmulator(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let body = try call.object(members: ["advance_seconds", "to"])
        let now = call.atMicroseconds / 1_000_000
        do throws(EmulatorHost.Failure) {
            let time: Int64
            if let seconds = body["advance_seconds"]?.integerValue, (0...3_155_760_000).contains(seconds) {
                time = try services.emulator.advanceClock(world: call.world, bySeconds: seconds, atUnixSeconds: now)
            } else if let target = body["to"]?.integerValue {
                time = try services.emulator.advanceClock(world: call.world, toUnixSeconds: target, atUnixSeconds: now)
            } else {
                return .error(400, "invalid_request", "Give advance_seconds (0 to 100 years) or to (Unix seconds).")
            }
            return .json(["world": .string(call.world), "time": .integer(time)])
        } catch {
            throw .invalid("\(error)")
        }
    }

    /// `POST /admin/emulator/seed?world=` with one JSON object a line.
    func seedEmulator(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        do throws(EmulatorHost.Failure) {
            let count = try services.emulator.seed(
                world: call.world, lines: call.body, atUnixSeconds: call.atMicroseconds / 1_000_000)
            return .json(["world": .string(call.world), "seeded": .integer(Int64(count))])
        } catch {
            throw .invalid("\(error)")
        }
    }

    /// `GET /admin/emulator/exports/payments.csv?world=`: the emulated Dashboard's payments export.
    func paymentsExport(_ call: AdminCall) -> AdminResponse {
        AdminResponse(
            status: 200, contentType: "text/csv; charset=utf-8", body: services.emulator.paymentsCSV(world: call.world))
    }
}
