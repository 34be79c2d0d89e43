internal import KeybrakeCrypto
internal import KeybrakeLedger
internal import KeybrakeStripe

extension AdminAPI {
    /// `POST /admin/vault-keys`: the only answer that ever holds the key itself.
    func issueKey(_ call: AdminCall) async throws(AdminError) -> AdminResponse {
        let wanted = try IssueKeyRequest(call, catalogue: services.catalogue)
        let id = SecureRandom.base62(count: VaultKeyToken.idCharacters)
        guard let token = mint(environment: wanted.environment, id: id) else {
            throw AdminError(500, "internal", "A key could not be made.")
        }
        let new = NewVaultKey(
            id: id, environment: wanted.environment, mac: token.code(pepper: services.pepper), policy: wanted.policy,
            label: wanted.label, conversation: wanted.conversation, agent: wanted.agent,
            expiresAtMicroseconds: wanted.ttlSeconds.map { call.atMicroseconds + $0 * 1_000_000 })
        let key = try await ledger { () async throws(LedgerFailure) in
            try await self.services.ledger.issue(new, stamp: call.stamp)
        }
        var body = KeyJSON.object(key, policy: wanted.policy, atMicroseconds: call.atMicroseconds)
        body["key"] = .string(token.text)
        return .json(body, status: 201)
    }

    /// `GET /admin/vault-keys`: every key, newest first, without secrets.
    func listKeys() async throws(AdminError) -> AdminResponse {
        let now = services.now
        let entries = services.ledger.directory.all().sorted {
            ($1.key.createdAtMicroseconds, $1.key.id) < ($0.key.createdAtMicroseconds, $0.key.id)
        }
        return .json([
            "data": .array(entries.map { .object(KeyJSON.object($0.key, policy: $0.policy, atMicroseconds: now)) })
        ])
    }

    /// `GET /admin/vault-keys/{id}`: one key with what it has spent today.
    func showKey(_ id: String) async throws(AdminError) -> AdminResponse {
        guard let entry = services.ledger.directory.key(id: id) else { throw AdminError(.keyUnknown(id: id)) }
        let now = services.now
        let spend = try await ledger { () async throws(LedgerFailure) in
            try await self.services.ledger.spend(keyID: id, atMicroseconds: now)
        }
        var body = KeyJSON.object(entry.key, policy: entry.policy, atMicroseconds: now)
        body["spend"] = .object(KeyJSON.object(spend))
        return .json(body)
    }

    /// `POST /admin/vault-keys/{id}/revoke|pause|resume|rotate`: done when it binds every later call; tells which
    /// calls had passed before.
    func changeKey(_ id: String, _ action: AdminRoute.KeyAction, _ call: AdminCall) async throws(AdminError)
        -> AdminResponse
    {
        guard let entry = services.ledger.directory.key(id: id) else { throw AdminError(.keyUnknown(id: id)) }
        let body = try call.object(members: action == .revoke ? ["reason"] : [])
        var token: VaultKeyToken?
        let change: KeyChange
        switch action {
        case .revoke: change = .revoke(reason: try body.text("reason", bytesMax: Self.reasonBytesMax))
        case .pause: change = .pause
        case .resume: change = .resume
        case .rotate:
            token = mint(environment: entry.key.environment, id: id)
            guard let token else { throw AdminError(500, "internal", "A key could not be made.") }
            change = .rotate(newMAC: token.code(pepper: services.pepper))
        }
        let changed = try await ledger { () async throws(LedgerFailure) in
            try await self.services.ledger.changeKey(id: id, change, stamp: call.stamp)
        }
        var answer = KeyJSON.object(changed.key, policy: entry.policy, atMicroseconds: call.atMicroseconds)
        if let token { answer["key"] = .string(token.text) }
        answer["in_flight"] = .array(changed.inFlightRequestIDs.map { .string($0) })
        return .json(answer)
    }

    /// How long the reason of a revocation may be.
    private static let reasonBytesMax = 500

    private func mint(environment: String, id: String) -> VaultKeyToken? {
        VaultKeyToken.mint(
            environment: environment, id: id, secret: SecureRandom.base62(count: VaultKeyToken.secretCharacters))
    }
}
