/// An operator's acts, the same over every store that can run a ``LedgerCommand/operate(_:)``.
package protocol LedgerOperating: LedgerStore {
    /// Hands a command over. When it cannot be taken, the command is answered at once.
    func submit(_ command: LedgerCommand)
}

extension LedgerOperating {
    package func issue(_ key: NewVaultKey, stamp: AdminStamp) async throws(LedgerFailure) -> VaultKey {
        try await operate(.key(id: key.id)) { machine throws(LedgerFailure) in try machine.issue(key, stamp: stamp) }
    }

    package func changeKey(
        id: String, _ change: KeyChange, stamp: AdminStamp
    ) async throws(LedgerFailure) -> ChangedKey {
        try await operate(.key(id: id)) { machine throws(LedgerFailure) in
            try machine.change(keyID: id, change, stamp: stamp)
        }
    }

    package func resolveHold(
        id: String, _ resolution: HoldResolution, stamp: AdminStamp
    ) async throws(LedgerFailure) -> OpenHold {
        try await operate(.hold(id: id)) { machine throws(LedgerFailure) in
            try machine.resolve(holdID: id, resolution, stamp: stamp)
        }
    }

    package func recordAdmin(_ name: String, stamp: AdminStamp) {
        submit(.recordAdmin(name, stamp))
    }

    package func spend(keyID: String, atMicroseconds: Int64) async throws(LedgerFailure) -> KeySpend {
        try await operate(.key(id: keyID)) { machine throws(LedgerFailure) in
            guard let spend = machine.spend(keyID: keyID, atMicroseconds: atMicroseconds) else {
                throw .keyUnknown(id: keyID)
            }
            return (spend, [])
        }
    }

    package func openHolds() async throws(LedgerFailure) -> [OpenHold] {
        try await operate(.everyOpenHold) { machine in (machine.openHolds, []) }
    }

    /// Runs an act in order with every other command, and waits until its rows are durable.
    func operate<Answer: Sendable>(
        _ subject: OperatorAct.Subject,
        _ act: @escaping @Sendable (inout LedgerMachine) throws(LedgerFailure) -> (Answer, [LedgerRow])
    ) async throws(LedgerFailure) -> Answer {
        let result: Result<Answer, LedgerFailure> = await withCheckedContinuation { continuation in
            submit(
                .operate(
                    OperatorAct(
                        subject: subject,
                        run: { machine in
                            do throws(LedgerFailure) {
                                let (answer, rows) = try act(&machine)
                                return (rows, { continuation.resume(returning: .success(answer)) })
                            } catch {
                                return ([], { continuation.resume(returning: .failure(error)) })
                            }
                        },
                        fail: { continuation.resume(returning: .failure($0)) }
                    )))
        }
        return try result.get()
    }
}
