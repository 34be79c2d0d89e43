/// What a call of an operation means for charges, by the operation's name.
enum OperationKind: UInt8 {
    /// It may make a charge.
    case making
    /// It captures, changes or ends what another call made.
    case followUp
    /// It has nothing to do with charges.
    case other

    /// - Parameter isChargeMeter: whether the audit row counts the call on the meter of charges.
    init(operation: String, isChargeMeter: Bool) {
        guard isChargeMeter else {
            self = .other
            return
        }
        let isChange = Self.changes.contains(operation) || Self.endings.contains { operation.hasSuffix($0) }
        self = isChange ? .followUp : .making
    }

    private static let changes: Set<String> = [
        "POST /v1/charges/{charge}", "POST /v1/payment_intents/{intent}",
    ]

    private static let endings = ["/capture", "/cancel", "/increment_authorization", "/void", "/refund"]
}
