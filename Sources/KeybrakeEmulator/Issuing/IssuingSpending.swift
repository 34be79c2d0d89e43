internal import KeybrakeStripe

/// Whether an issued card may pay, and the money of its payments.
enum IssuingSpending {
    /// A payment that a merchant asks for.
    struct Request {
        let amount: Int64
        let currency: String
        let merchant: JSONObject
        let presence: String?
    }

    /// Why a payment is declined, in Stripe's word; `nil` when it is approved.
    static func refusal(of request: Request, card: JSONObject, _ account: Account, now: Int64) -> String? {
        switch card.text("status") {
        case "inactive": return "card_inactive"
        case "canceled": return "card_canceled"
        default: break
        }
        let holder = card.object("cardholder") ?? JSONObject()
        switch holder.text("status") {
        case "inactive": return "cardholder_inactive"
        case "blocked": return "cardholder_blocked"
        default: break
        }
        let today = CivilTime.date(now)
        guard (card.integer("exp_year"), card.integer("exp_month")) >= (Int64(today.year), Int64(today.month)) else {
            return "card_expired"
        }
        let history = History(holder: holder.text("id") ?? "", account)
        let own = Controls(card, isCard: true)
        let shared = Controls(holder, isCard: false)
        return own.allow(request, history, now: now) && shared.allow(request, history, now: now)
            ? nil : "spending_controls"
    }

    /// Books money of issued cards.
    ///
    /// - Returns: the balance transaction.
    static func book(
        _ type: String, amount: Int64, currency: String, source: String, _ account: inout Account, _ cause: Cause
    ) -> JSONObject {
        let id = BalanceTransactions.book(
            .init(
                type: type, category: type, amount: amount, currency: currency, source: source, isIssuing: true),
            &account, cause)
        return account.store.object(.balanceTransaction, id: id)?.tree ?? JSONObject()
    }

    /// What a cardholder's cards have been allowed to pay so far.
    private struct History {
        private let authorizations: [JSONObject]

        init(holder: String, _ account: Account) {
            authorizations =
                account.store.collection(.issuingAuthorization)?.objects
                .filter { !$0.isDeleted && $0.text("cardholder") == holder }.map(\.tree) ?? []
        }

        /// - Parameters:
        ///   - card: `nil` for all cards of the holder.
        ///   - categories: of merchants; empty for all.
        func spent(since start: Int64, card: String?, categories: [String]) -> Int64 {
            authorizations.reduce(0) { sum, authorization in
                guard authorization.flag("approved"), authorization.integer("created") >= start,
                    card == nil || authorization["card"]?["id"]?.stringValue == card,
                    categories.isEmpty
                        || categories.contains(authorization["merchant_data"]?["category"]?.stringValue ?? "")
                else { return sum }
                return AmountLimits.clamped(sum + authorization.integer("amount"))
            }
        }
    }

    /// The spending controls of a card or a cardholder.
    private struct Controls {
        private let controls: JSONObject
        private let card: String?

        init(_ object: JSONObject, isCard: Bool) {
            controls = object.object("spending_controls") ?? JSONObject()
            card = isCard ? object.text("id") : nil
        }

        func allow(_ request: Request, _ history: History, now: Int64) -> Bool {
            permits("categories", request.merchant.text("category"))
                && permits("merchant_countries", request.merchant.text("country"))
                && permits("card_presences", request.presence)
                && (controls["spending_limits"]?.arrayValue ?? []).allSatisfy {
                    fits(request, $0.objectValue ?? JSONObject(), history, now: now)
                }
        }

        private func permits(_ what: String, _ value: String?) -> Bool {
            let allowed = words("allowed_" + what)
            guard let value, !value.isEmpty else { return allowed.isEmpty }
            return (allowed.isEmpty || allowed.contains(value)) && !words("blocked_" + what).contains(value)
        }

        private func words(_ name: String) -> [String] {
            controls[name]?.arrayValue?.compactMap(\.stringValue) ?? []
        }

        private func fits(_ request: Request, _ limit: JSONObject, _ history: History, now: Int64) -> Bool {
            let categories = limit["categories"]?.arrayValue?.compactMap(\.stringValue) ?? []
            let category = request.merchant.text("category") ?? ""
            guard categories.isEmpty || categories.contains(category) else { return true }
            guard let start = Self.start(of: limit.text("interval") ?? "", now: now) else {
                return request.amount <= limit.integer("amount")
            }
            let spent = history.spent(since: start, card: card, categories: categories)
            return spent + request.amount <= limit.integer("amount")
        }

        /// When the interval that is running now began; `nil` when each payment counts alone.
        private static func start(of interval: String, now: Int64) -> Int64? {
            let today = CivilTime.date(now)
            return switch interval {
            case "daily": CivilTime.startOfDay(now)
            // The first of January 1970 was a Thursday; weeks begin on Sunday.
            case "weekly": CivilTime.startOfDay(now) - (now / CivilTime.secondsPerDay + 4) % 7 * CivilTime.secondsPerDay
            case "monthly": CivilTime.unixSeconds(year: today.year, month: today.month, day: 1)
            case "yearly": CivilTime.unixSeconds(year: today.year, month: 1, day: 1)
            case "all_time": 0
            default: nil
            }
        }
    }
}
