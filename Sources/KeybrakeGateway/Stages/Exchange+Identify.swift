internal import KeybrakeCrypto
internal import KeybrakeLedger
internal import KeybrakeStripe
internal import Logging

extension Exchange {
    /// Finds out whose request it is. Raw Stripe keys are recognised by their prefix and never stored or logged.
    func identify() throws(Refusal) {
        // Whoever has no key learns nothing about routes, so that a bad target is told after the key.
        let badTarget = readTarget()
        session = target?.session
        dispatcher = gateway.modes.dispatcher(session: session)
        let credentials = try PresentedCredentials.text(request.headers)
        if gateway.settings.emulatorAcceptsTestKeys, dispatcher.mode == .emulate, Self.isTestKey(credentials) {
            token = .test(credentials)
        } else {
            try identifyVaultKey(credentials)
        }
        if let badTarget { throw badTarget }
    }

    private func identifyVaultKey(_ credentials: String) throws(Refusal) {
        let parsed: (token: VaultKeyToken, suffixes: [(String, String)])
        do throws(TokenFailure) {
            parsed = try VaultKeyToken.parse(credentials)
        } catch {
            throw refusal(of: error)
        }
        token = .vault(parsed.token)
        suffixes = parsed.suffixes
        try admit(parsed.token)
    }

    private func refusal(of failure: TokenFailure) -> Refusal {
        switch failure {
        case .mistyped: return .keyMistyped
        case .malformedSuffix: return .malformed("What follows the vault key must be of the form ~name=value.")
        case .missing, .notAVaultKey: return .keyRequired
        case .rawStripeKey(let kind, let isLive):
            gateway.logger.warning(
                "a raw Stripe key reached the proxy",
                metadata: ["kind": "\(kind.rawValue)", "live": "\(isLive)", "request.id": "\(id)"])
            return .keyRequired
        }
    }

    private func admit(_ token: VaultKeyToken) throws(Refusal) {
        guard let entry = gateway.ledger.directory.key(id: token.id), entry.key.environment == token.environment,
            ConstantTime.areEqual(token.code(pepper: gateway.settings.pepper), entry.key.mac)
        else { throw .keyUnknown }
        let key = entry.key
        self.key = key
        switch key.standing(atMicroseconds: request.receivedAtMicroseconds) {
        case .alive: break
        case .expired: throw .keyExpired
        case .revoked: throw .keyRevoked
        case .paused: throw .keyPaused
        }
        do {
            self.policy = try gateway.policies.compile(entry.policy, hash: key.policyHash)
        } catch {
            gateway.logger.error("a policy names an unknown operation", metadata: ["policy": "\(key.policyHash)"])
            throw .failClosed
        }
    }

    private func readTarget() -> Refusal? {
        do throws(RequestTarget.Failure) {
            target = try RequestTarget(request.target)
            return nil
        } catch {
            switch error {
            case .unknownRoute: return .unknownRoute
            case .ambiguous(let reason): return .malformed("The path cannot be judged: \(reason).")
            }
        }
    }

    private static func isTestKey(_ text: String) -> Bool {
        text.hasPrefix("sk_test_") || text.hasPrefix("rk_test_") || text.hasPrefix("pk_test_")
    }
}
