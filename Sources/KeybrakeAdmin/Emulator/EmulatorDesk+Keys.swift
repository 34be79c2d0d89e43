internal import KeybrakeEmulator
internal import KeybrakeStripe

extension EmulatorDesk {
    /// `POST /admin/emulator/keys?world=` with `{"key": "rk_test_…", "permissions": ["charge_read"], "expires_at": 0}`:
    /// what a test key may do, and until when; without permissions everything that its kind allows.
    func registerKey(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let body = try call.object(members: ["key", "permissions", "expires_at"])
        guard let key = try body.text("key") else { throw .invalid("key must be a test key") }
        var permissions: [String]?
        if let given = body["permissions"], !given.isNull {
            guard let names = given.arrayValue?.compactMap(\.stringValue), names.count == given.arrayValue?.count else {
                throw .invalid("permissions must be a list of names such as charge_read")
            }
            permissions = names
        }
        let expiresAt = body["expires_at"]?.integerValue
        guard expiresAt != nil || body["expires_at"]?.isNull ?? true else {
            throw .invalid("expires_at must be Unix seconds")
        }
        try attempt { () throws(EmulatorHost.Failure) in
            try emulator.register(key: key, permissions: permissions, expiresAt: expiresAt, world: world)
        }
        return .json(["world": .string(world), "registered": true], status: 201)
    }

    /// `POST /admin/emulator/keys/revoke?world=` with `{"key": "sk_test_…"}`.
    func revokeKey(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        guard let key = try call.object(members: ["key"]).text("key") else {
            throw .invalid("key must be a test key")
        }
        try attempt { () throws(EmulatorHost.Failure) in try emulator.revoke(key: key, world: world) }
        return .json(["world": .string(world), "revoked": true])
    }
}
