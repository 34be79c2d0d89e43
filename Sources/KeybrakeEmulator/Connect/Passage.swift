internal import KeybrakeStripe

/// What becomes of a charge's money beyond its own account: the platform's fee of a direct charge, or the transfer of a
/// destination charge, whose payment bears the fee.
struct Passage {
    /// What the platform takes of a direct charge.
    var directFee: Int64 { destination == nil ? claim?.amount ?? 0 : 0 }

    private let claim: ApplicationFees.Claim?
    private let destination: String?
    private let amount: Int64
    private let availableOn: Int64?

    /// - Parameter amount: what of the charge was captured.
    init(_ charge: JSONObject, amount: Int64, availableOn: Int64?, _ account: inout Account) {
        let terms = ConnectTerms(charge)
        let id = charge.text("id") ?? ""
        destination = terms.destination
        self.amount = min(terms.transferAmount ?? amount, amount)
        self.availableOn = availableOn
        guard let fee = terms.applicationFee, fee > 0, !account.isPlatform || terms.destination != nil else {
            claim = nil
            return
        }
        claim = ApplicationFees.Claim(
            id: account.ids.next("fee"), amount: min(fee, amount), currency: charge.text("currency") ?? "",
            payer: terms.destination ?? account.id, charge: terms.destination == nil ? id : account.ids.next("py"),
            originatingCharge: terms.destination == nil ? nil : id, availableOn: availableOn)
    }

    /// Moves the money and shows it in the charge, whose own balance transaction is booked already.
    func apply(to charge: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        if let claim { charge.set("application_fee", claim.id) }
        guard let destination else {
            if let claim { ApplicationFees.collect(claim, &account, cause) }
            return
        }
        var transfer: JSONObject = [
            "id": .string(account.ids.next("tr")), "object": "transfer", "amount": .integer(amount),
            "amount_reversed": 0, "balance_transaction": nil, "created": .integer(cause.now),
            "currency": charge["currency"] ?? .null, "description": nil, "destination": .string(destination),
            "destination_payment": nil, "livemode": false, "metadata": [:], "reversals": [:], "reversed": false,
            "source_transaction": charge["id"] ?? .null, "source_type": "card",
            "transfer_group": charge["transfer_group"] ?? .null,
        ]
        Transfers.send(&transfer, fee: claim, availableOn: availableOn, &account, cause)
        charge.set("transfer", transfer.text("id"))
    }
}
