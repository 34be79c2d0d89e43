/// The kind of an object: the name of its resource in the catalogue, which is also its `object` member.
struct ObjectKind: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    let name: String
    /// Tables of kinds are asked many times a call, so the name is hashed once.
    private let code: UInt64

    init(_ name: String) {
        self.name = name
        code = StableHash.of(name)
    }

    init(stringLiteral value: StaticString) {
        self.init(value.description)
    }

    static func == (left: ObjectKind, right: ObjectKind) -> Bool {
        left.code == right.code && left.name == right.name
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(code)
    }

    var description: String { name }

    static let account = ObjectKind("account")
    static let applicationFee = ObjectKind("application_fee")
    static let balanceTransaction = ObjectKind("balance_transaction")
    static let bankAccount = ObjectKind("bank_account")
    static let capability = ObjectKind("capability")
    static let card = ObjectKind("card")
    static let charge = ObjectKind("charge")
    static let checkoutSession = ObjectKind("checkout.session")
    static let coupon = ObjectKind("coupon")
    static let creditNote = ObjectKind("credit_note")
    static let customer = ObjectKind("customer")
    static let discount = ObjectKind("discount")
    static let dispute = ObjectKind("dispute")
    static let feeRefund = ObjectKind("fee_refund")
    static let invoice = ObjectKind("invoice")
    static let invoiceItem = ObjectKind("invoiceitem")
    static let invoicePayment = ObjectKind("invoice_payment")
    static let issuingAuthorization = ObjectKind("issuing.authorization")
    static let issuingCard = ObjectKind("issuing.card")
    static let issuingCardholder = ObjectKind("issuing.cardholder")
    static let issuingDispute = ObjectKind("issuing.dispute")
    static let issuingTransaction = ObjectKind("issuing.transaction")
    static let paymentIntent = ObjectKind("payment_intent")
    static let paymentMethod = ObjectKind("payment_method")
    static let payout = ObjectKind("payout")
    static let person = ObjectKind("person")
    static let price = ObjectKind("price")
    static let product = ObjectKind("product")
    static let promotionCode = ObjectKind("promotion_code")
    static let refund = ObjectKind("refund")
    static let setupIntent = ObjectKind("setup_intent")
    static let subscription = ObjectKind("subscription")
    static let subscriptionSchedule = ObjectKind("subscription_schedule")
    static let testClock = ObjectKind("test_helpers.test_clock")
    static let subscriptionItem = ObjectKind("subscription_item")
    static let taxRate = ObjectKind("tax_rate")
    static let terminalReader = ObjectKind("terminal.reader")
    static let token = ObjectKind("token")
    static let topUp = ObjectKind("topup")
    static let transfer = ObjectKind("transfer")
    static let transferReversal = ObjectKind("transfer_reversal")
    static let entitlementFeature = ObjectKind("entitlements.feature")
    static let file = ObjectKind("file")
    static let fileLink = ObjectKind("file_link")
    static let identityReport = ObjectKind("identity.verification_report")
    static let identitySession = ObjectKind("identity.verification_session")
    static let productFeature = ObjectKind("product_feature")
    static let radarValueList = ObjectKind("radar.value_list")
    static let radarValueListItem = ObjectKind("radar.value_list_item")
    static let reportRun = ObjectKind("reporting.report_run")
    static let taxCalculation = ObjectKind("tax.calculation")
    static let taxRegistration = ObjectKind("tax.registration")
    static let taxTransaction = ObjectKind("tax.transaction")
    static let treasuryCreditReversal = ObjectKind("treasury.credit_reversal")
    static let treasuryDebitReversal = ObjectKind("treasury.debit_reversal")
    static let treasuryFinancialAccount = ObjectKind("treasury.financial_account")
    static let treasuryInboundTransfer = ObjectKind("treasury.inbound_transfer")
    static let treasuryReceivedCredit = ObjectKind("treasury.received_credit")
    static let treasuryReceivedDebit = ObjectKind("treasury.received_debit")
    static let treasuryTransaction = ObjectKind("treasury.transaction")
    static let webhookEndpoint = ObjectKind("webhook_endpoint")
}
