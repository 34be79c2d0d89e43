/// The HTTP statuses of the ledger's own refusals, for the audit rows that the ledger writes about them.
package struct RefusalStatuses: Sendable, Equatable {
    /// Unknown, expired, revoked or paused.
    package var keyNotUsable: Int
    package var spendCapExceeded: Int
    package var idempotencyMismatch: Int
    package var idempotencyInFlight: Int
    package var notPriceable: Int
    package var unavailable: Int

    package init(
        keyNotUsable: Int, spendCapExceeded: Int, idempotencyMismatch: Int, idempotencyInFlight: Int,
        notPriceable: Int, unavailable: Int
    ) {
        self.keyNotUsable = keyNotUsable
        self.spendCapExceeded = spendCapExceeded
        self.idempotencyMismatch = idempotencyMismatch
        self.idempotencyInFlight = idempotencyInFlight
        self.notPriceable = notPriceable
        self.unavailable = unavailable
    }

    /// What the official SDKs turn into the exceptions that callers expect.
    package static let standard = RefusalStatuses(
        keyNotUsable: 401, spendCapExceeded: 401, idempotencyMismatch: 400, idempotencyInFlight: 409,
        notPriceable: 403, unavailable: 503
    )

    /// The status of a denial.
    package func status(of denial: Denial) -> Int {
        switch denial {
        case .keyUnknown, .keyExpired, .keyRevoked, .keyPaused: keyNotUsable
        case .spendCapExceeded: spendCapExceeded
        case .idempotencyMismatch: idempotencyMismatch
        case .objectHasNoHold, .notPriced: notPriceable
        }
    }
}
