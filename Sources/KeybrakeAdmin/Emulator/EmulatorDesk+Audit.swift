internal import KeybrakeEmulator
internal import KeybrakeStripe

extension EmulatorDesk {
    /// `GET /admin/emulator/audit?world=`: whether the money of a world adds up, and what does not.
    func audit(_ call: AdminCall) throws(AdminError) -> AdminResponse {
        let world = try call.world()
        let audit = try attempt { () throws(EmulatorHost.Failure) in try emulator.audit(world: world) }
        return .json([
            "world": .string(world),
            "clean": .bool(audit.isClean),
            "accounts": .integer(Int64(audit.accountCount)),
            "balance_transactions": .integer(Int64(audit.transactionCount)),
            "findings": .array(audit.findings.map { .object(Self.json($0)) }),
        ])
    }

    private static func json(_ finding: EmulatorAudit.Finding) -> JSONObject {
        [
            "rule": .string(finding.rule.rawValue),
            "account": finding.account.map { .string($0) } ?? .null,
            "ids": .array(finding.ids.map { .string($0) }),
            "words": .string(finding.words),
        ]
    }
}
