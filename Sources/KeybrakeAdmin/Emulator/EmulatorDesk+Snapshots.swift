internal import KeybrakeEmulator
internal import KeybrakeStripe

extension EmulatorDesk {
    /// `DELETE /admin/emulator/world?world=`: forgets a world and its snapshots.
    func deleteWorld(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        emulator.delete(world: world)
        return .json(["world": .string(world), "deleted": true])
    }

    /// `GET /admin/emulator/snapshots?world=`: their names.
    func listSnapshots(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        return .json([
            "world": .string(world), "snapshots": .array(emulator.snapshots(world: world).map { .string($0) }),
        ])
    }

    /// `POST /admin/emulator/snapshots?world=` with `{"name": "before"}`: keeps the world as it is now.
    func snapshot(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let name = try name(in: call)
        try attempt { () throws(EmulatorHost.Failure) in try emulator.snapshot(world: world, as: name) }
        return .json(["world": .string(world), "snapshot": .string(name)], status: 201)
    }

    /// `DELETE /admin/emulator/snapshots?world=&name=`.
    func deleteSnapshot(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world(besides: ["name"])
        guard let name = try call.query(parameters: ["world", "name"]).text("name"),
            emulator.delete(snapshot: name, world: world)
        else { throw AdminError(404, "not_found", "There is no such snapshot.") }
        return .json(["world": .string(world), "snapshot": .string(name), "deleted": true])
    }

    /// `POST /admin/emulator/restore?world=` with `{"name": "before"}`: puts the world back to a snapshot, which stays.
    func restore(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let name = try name(in: call)
        try attempt { () throws(EmulatorHost.Failure) in try emulator.restore(world: world, from: name) }
        return .json(["world": .string(world), "restored": .string(name)])
    }

    /// `GET /admin/emulator/state?world=`: the whole world as lines that `PUT` takes again.
    func saveWorld(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let lines = try attempt { () throws(EmulatorHost.Failure) in try emulator.save(world: world) }
        return AdminResponse(status: 200, contentType: "application/x-ndjson", body: lines)
    }

    /// `PUT /admin/emulator/state?world=` with such lines: puts them in the world's place.
    func loadWorld(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        try attempt { () throws(EmulatorHost.Failure) in try emulator.load(world: world, from: call.body) }
        return .json(["world": .string(world), "loaded": true])
    }

    private func name(in call: AdminCall) throws(AdminError) -> String {
        guard let name = try call.object(members: ["name"]).text("name") else {
            throw .invalid("name must name the snapshot")
        }
        return name
    }
}
