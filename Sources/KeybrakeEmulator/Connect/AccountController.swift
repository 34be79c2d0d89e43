internal import KeybrakeStripe

/// Who answers for a connected account: for its fees, its losses, and what is required of it.
struct AccountController: Sendable {
    /// The older word for the usual combinations; `none` for all others.
    var type: String
    var feePayer: String
    var lossesBy: String
    var requirementsBy: String
    var dashboard: String
    /// What is requested when nothing is named.
    var capabilities: [String: Bool] = [:]

    static let standard = AccountController(
        type: "standard", feePayer: "account", lossesBy: "stripe", requirementsBy: "stripe", dashboard: "full",
        capabilities: ["card_payments": true, "transfers": true])
    static let express = AccountController(
        type: "express", feePayer: "application_express", lossesBy: "application", requirementsBy: "stripe",
        dashboard: "express", capabilities: ["card_payments": true, "transfers": true])
    static let custom = AccountController(
        type: "custom", feePayer: "application_custom", lossesBy: "application", requirementsBy: "application",
        dashboard: "none")
    /// The platform answers for itself.
    static let itself = AccountController(
        type: "standard", feePayer: "account", lossesBy: "stripe", requirementsBy: "stripe", dashboard: "full")

    private init(
        type: String, feePayer: String, lossesBy: String, requirementsBy: String, dashboard: String,
        capabilities: [String: Bool] = [:]
    ) {
        self.type = type
        self.feePayer = feePayer
        self.lossesBy = lossesBy
        self.requirementsBy = requirementsBy
        self.dashboard = dashboard
        self.capabilities = capabilities
    }

    /// What `type` or `controller` says; a standard account when neither does.
    init(_ form: FormMap) throws(StripeError) {
        let controller = form.map("controller")
        guard form.given("type") == nil || controller == nil else {
            throw .invalid("You may not provide the `type` parameter and `controller` parameters simultaneously.")
        }
        switch form.given("type") {
        case "express": self = .express
        case "custom": self = .custom
        default: self = .standard
        }
        guard let controller else { return }
        type = "none"
        feePayer = controller.map("fees")?.given("payer") ?? feePayer
        lossesBy = controller.map("losses")?.given("payments") ?? lossesBy
        requirementsBy = controller.given("requirement_collection") ?? requirementsBy
        dashboard = controller.map("stripe_dashboard")?.given("type") ?? dashboard
        guard requirementsBy != "application" || (dashboard == "none" && lossesBy == "application") else {
            throw .invalid(
                "When `controller[requirement_collection]` is `application`, `controller[losses][payments]` must be "
                    + "`application` and `controller[stripe_dashboard][type]` must be `none`.",
                param: "controller[requirement_collection]")
        }
    }

    /// What an account says.
    init(_ account: JSONObject) {
        let controller = account["controller"]
        type = account.text("type") ?? "none"
        feePayer = controller?["fees"]?["payer"]?.stringValue ?? "account"
        lossesBy = controller?["losses"]?["payments"]?.stringValue ?? "stripe"
        requirementsBy = controller?["requirement_collection"]?.stringValue ?? "stripe"
        dashboard = controller?["stripe_dashboard"]?["type"]?.stringValue ?? "full"
    }

    /// Only platforms that collect what is required may agree to Stripe's terms for somebody.
    func checkTerms(_ form: FormMap) throws(StripeError) {
        guard form.map("tos_acceptance")?.given("date") == nil || requirementsBy == "application" else {
            throw .invalid(
                "You cannot accept the Terms of Service on behalf of Standard and Express connected accounts.",
                param: "tos_acceptance[date]")
        }
    }

    func write(to account: inout JSONObject) {
        account.set("type", type)
        guard account.text("id") != nil else { return }
        account["controller"] = [
            "fees": ["payer": .string(feePayer)], "is_controller": true, "losses": ["payments": .string(lossesBy)],
            "requirement_collection": .string(requirementsBy), "stripe_dashboard": ["type": .string(dashboard)],
            "type": "application",
        ]
    }

    /// The settings of a new account: paid out daily, with two days' delay.
    static func settings(_ account: inout Account, _ cause: Cause) -> JSONObject {
        var filler = ShapeFiller(now: cause.now, ids: account.ids)
        var settings = filler.object(ofResource: "account_settings")
        account.ids = filler.ids
        settings["payouts"] = [
            "debit_negative_balances": true, "schedule": ["delay_days": 2, "interval": "daily"],
            "statement_descriptor": nil,
        ]
        return settings
    }
}
