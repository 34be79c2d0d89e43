internal import KeybrakeEmulator
internal import KeybrakeStripe

extension AdminAPI {
    /// `POST /admin/emulator/reset?world=`: forgets everything in a world.
    func resetEmulator(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        services.emulator.reset(world: world)
        return .json(["world": .string(world), "reset": true])
    }

    /// `POST /admin/emulator/clock?world=` with `{"advance_seconds": 86400}` or `{"to": unix seconds}`.
    func advanceEmulator(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let body = try call.object(members: ["advance_seconds", "to"])
        let world = try call.world()
        let now = call.atMicroseconds / 1_000_000
        do throws(EmulatorHost.Failure) {
            let time: Int64
            switch (body["advance_seconds"]?.integerValue, body["to"]?.integerValue) {
            case (let seconds?, nil) where Self.advanceSeconds.contains(seconds) && body.members.count == 1:
                time = try services.emulator.advanceClock(world: world, bySeconds: seconds, atUnixSeconds: now)
            case (nil, let target?) where Self.clockUnixSeconds.contains(target) && body.members.count == 1:
                time = try services.emulator.advanceClock(world: world, toUnixSeconds: target, atUnixSeconds: now)
            default:
                return .error(
                    400, "invalid_request", "Give either advance_seconds (0 to 100 years) or to (Unix seconds).")
            }
            return .json(["world": .string(world), "time": .integer(time)])
        } catch {
            throw .invalid("\(error)")
        }
    }

    /// At most a hundred years at once, and never past the year 9999.
    private static let advanceSeconds: ClosedRange<Int64> = 0...3_155_760_000
    private static let clockUnixSeconds: ClosedRange<Int64> = 0...253_402_300_799

    /// `POST /admin/emulator/seed?world=` with one JSON object a line.
    func seedEmulator(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        do throws(EmulatorHost.Failure) {
            let count = try services.emulator.seed(
                world: world, lines: call.body, atUnixSeconds: call.atMicroseconds / 1_000_000)
            return .json(["world": .string(world), "seeded": .integer(Int64(count))])
        } catch {
            throw .invalid("\(error)")
        }
    }

    /// `GET /admin/emulator/exports/payments.csv?world=`: the emulated Dashboard's payments export.
    func paymentsExport(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        AdminResponse(
            status: 200, contentType: "text/csv; charset=utf-8",
            body: services.emulator.paymentsCSV(world: try call.world()))
    }
}
