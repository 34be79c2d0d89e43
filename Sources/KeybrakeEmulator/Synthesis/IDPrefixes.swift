/// What the ids of each resource begin with.
enum IDPrefixes {
    /// The prefix without its underscore; resources that are not listed use their own name.
    static func prefix(_ resource: String) -> String {
        if let prefix = table[resource] { return prefix }
        let name = resource.hasPrefix("deleted_") ? String(resource.dropFirst(8)) : resource
        if let prefix = table[name] { return prefix }
        return String(name.split(separator: ".").last ?? "id")
    }

    private static let table: [String: String] = Dictionary(
        """
        account acct
        account_session accts
        apple_pay_domain apwc
        application_fee fee
        fee_refund fr
        balance_transaction txn
        bank_account ba
        billing.alert alrt
        billing.credit_grant credgr
        billing.credit_balance_transaction cbtxn
        billing.meter mtr
        billing.meter_event_adjustment mtrea
        billing_portal.configuration bpc
        billing_portal.session bps
        capability acct
        card card
        charge ch
        checkout.session cs_test
        climate.order climorder
        climate.product climsku
        climate.supplier climsup
        confirmation_token ctoken
        coupon co
        credit_note cn
        credit_note_line_item cnli
        customer cus
        customer_balance_transaction cbtxn
        customer_cash_balance_transaction ccsbtxn
        customer_session cuss
        dispute dp
        entitlements.active_entitlement ent
        entitlements.feature feat
        ephemeral_key ephkey
        event evt
        file file
        file_link link
        financial_connections.account fca
        financial_connections.session fcsess
        forwarding.request fwdreq
        funding_instructions fi
        identity.verification_report vr
        identity.verification_session vs
        invoice in
        invoice_payment inpay
        invoice_rendering_template inrtem
        invoiceitem ii
        issuing.authorization iauth
        issuing.card ic
        issuing.cardholder ich
        issuing.dispute idp
        issuing.personalization_design ipd
        issuing.physical_bundle ics
        issuing.token intok
        issuing.transaction ipi
        item li
        line_item il
        login_link lael
        mandate mandate
        payment_attempt_record par
        payment_intent pi
        payment_link plink
        payment_method pm
        payment_method_configuration pmc
        payment_method_domain pmd
        payment_record pr
        payout po
        person person
        plan plan
        price price
        product prod
        product_feature prodft
        promotion_code promo
        quote qt
        radar.early_fraud_warning issfr
        radar.value_list rsl
        radar.value_list_item rsli
        refund re
        reporting.report_run frr
        review prv
        scheduled_query_run sqr
        setup_attempt setatt
        setup_intent seti
        shipping_rate shr
        source src
        subscription sub
        subscription_item si
        subscription_schedule sub_sched
        tax.calculation taxcalc
        tax.calculation_line_item tax_li
        tax.registration taxreg
        tax.transaction tax
        tax.transaction_line_item tax_li
        tax_code txcd
        tax_id txi
        tax_rate txr
        terminal.configuration tmc
        terminal.location tml
        terminal.reader tmr
        test_helpers.test_clock clock
        token tok
        topup tu
        transfer tr
        transfer_reversal trr
        treasury.financial_account fa
        treasury.inbound_transfer ibt
        treasury.outbound_payment obp
        treasury.outbound_transfer obt
        treasury.received_credit rc
        treasury.received_debit rd
        treasury.transaction trxn
        treasury.transaction_entry trxne
        webhook_endpoint we
        v2.core.account acct
        v2.core.account_person person
        v2.core.account_token accttok
        v2.core.event evt
        v2.core.event_destination ed_test
        """.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return (String(words[0]), String(words[1]))
        }, uniquingKeysWith: { first, _ in first })
}
