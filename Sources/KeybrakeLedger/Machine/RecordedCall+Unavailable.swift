extension RecordedCall {
    /// A call that was not let out because the ledger could not write.
    package init(unavailable intent: CallIntent, status: Int) {
        self.init(
            requestID: intent.requestID, atMicroseconds: intent.atMicroseconds,
            endedAtMicroseconds: intent.atMicroseconds, keyID: intent.keyID, policyHash: intent.policyHash,
            operation: intent.operation, mode: intent.mode, refusal: "ledger_unavailable", clientStatus: status,
            meter: intent.meter, money: intent.money, usdCents: intent.usdCents, customer: intent.customer,
            idempotencyKey: intent.idempotency?.clientKey, attribution: intent.attribution, detail: intent.detail
        )
    }
}
