internal import Synchronization

extension EmulatorHost {
    /// Says what a key may do in a world, and until when. A key that is not registered may do what its kind allows.
    ///
    /// - Parameters:
    ///   - permissions: names such as `charge_read` or `customer_write`, with or without `rak_` in front; `nil` stands
    ///     for all. They bind restricted keys only.
    ///   - expiresAt: the world's Unix seconds from which the key is expired; `nil` for never. What is past revokes it.
    /// - Throws: ``Failure`` for a text that is no test key, an unknown permission, or too many keys.
    package func register(key: String, permissions: [String]?, expiresAt: Int64? = nil, world name: String)
        throws(Failure)
    {
        let refusal = try cell(name).world.withLock { world -> KeyRing.Refusal? in
            do throws(KeyRing.Refusal) {
                try world.keys.register(key, permissions: permissions, expiresAt: expiresAt)
                return nil
            } catch {
                return error
            }
        }
        switch refusal {
        case .noTestKey?: throw Failure(description: "this is no test key")
        case .noPermission(let name)?: throw Failure(description: "there is no permission '\(name)'")
        case .tooMany?: throw Failure(description: "more than \(KeyRing.keysMax) keys")
        case nil: return
        }
    }

    /// Revokes a key: from now on it is answered 401 `api_key_expired`.
    package func revoke(key: String, world name: String) throws(Failure) {
        try register(key: key, permissions: nil, expiresAt: .min, world: name)
    }
}
