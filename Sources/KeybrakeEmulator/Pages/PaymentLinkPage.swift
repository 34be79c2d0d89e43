internal import KeybrakeStripe

/// The address of a payment link: each visit opens a new Checkout session.
enum PaymentLinkPage {
    static func answer(_ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer {
        guard visit.part == nil, let link = account.store.object(PaymentLinks.kind, id: visit.id)?.tree else {
            return PageAnswer.notFound
        }
        guard link.flag("active") else {
            return PageAnswer.problem(
                410, "This link is no longer active",
                link.text("inactive_message") ?? "Ask for a new one where you came from.")
        }
        do throws(StripeError) {
            let session = try PaymentLinks.open(link, visit.query, &account, visit.cause)
            return PageAnswer.redirect(to: "../c/\(session)")
        } catch {
            return PageAnswer.problem(error.status, "This link does not work", error.message)
        }
    }

    /// What is said when a session is paid that leads nowhere.
    static func confirmation(_ session: JSONObject, _ account: Account) -> String {
        let link = session.text("payment_link").flatMap { account.store.object(PaymentLinks.kind, id: $0)?.tree }
        return link?["after_completion"]?["hosted_confirmation"]?["custom_message"]?.stringValue
            ?? "You can close this page."
    }
}
