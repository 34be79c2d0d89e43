internal import KeybrakeStripe

/// A browser's visit to one page.
struct PageVisit {
    let isPost: Bool
    /// The id of the object that the page is about.
    let id: String
    /// What follows the id in the address.
    let part: String?
    let query: FormMap
    let form: FormMap
    let cause: Cause
}

/// Which page is at which address.
///
///     c/{session}          Checkout; c/{session}/return after a challenge
///     f/{file or link}     a file's contents
///     3ds/{intent}         the challenge of a card, or the page of a bank
///     l/{payment link}     opens a Checkout session
///     i/{invoice}          an invoice; i/{invoice}/pdf as a document
///     r/{charge}           the receipt of a payment
///     p/{portal session}   what a customer may do themself
enum HostedPages {
    static func answer(_ request: HostedPageRequest, _ account: inout Account, now: Int64) -> EmulatorAnswer {
        guard request.verb != .delete, (2...3).contains(request.segments.count) else { return PageAnswer.notFound }
        let id = request.segments[1]
        do throws(StripeError) {
            return try account.inTime(of: owner(of: id, account), now: now) { account, cause in
                let visit = PageVisit(
                    isPost: request.verb == .post, id: id, part: request.segments.count > 2 ? request.segments[2] : nil,
                    query: request.query, form: request.form, cause: cause)
                return page(request.segments[0], visit, &account)
            }
        } catch {
            return PageAnswer.problem(error.status, "This did not work", error.message)
        }
    }

    private static func page(_ name: String, _ visit: PageVisit, _ account: inout Account) -> EmulatorAnswer {
        switch name {
        case "c": CheckoutPage.answer(visit, &account)
        case "f": FilePage.answer(visit, account)
        case "3ds": ChallengePage.answer(visit, &account)
        case "l": PaymentLinkPage.answer(visit, &account)
        case "i": InvoicePage.answer(visit, &account)
        case "r": ReceiptPage.answer(visit, account)
        case "p": PortalPage.answer(visit, &account)
        default: PageAnswer.notFound
        }
    }

    /// What says in whose time a page is: the customer, where there is one.
    private static func owner(of id: String, _ account: Account) -> String {
        for kind in [ObjectKind.checkoutSession, "billing_portal.session"] {
            if let customer = account.store.object(kind, id: id)?.text("customer") { return customer }
        }
        return id
    }
}
