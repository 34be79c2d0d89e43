/// Every test card, by number and by the names that follow `pm_card_` and `tok_`.
enum TestCardTable {
    static let cards: [TestCard] = lines.split(separator: "\n").compactMap(parse)

    static subscript(row: TestCard.Row) -> TestCard {
        cards[Int(row)]
    }

    /// The card of that number, without blanks or hyphens.
    static func row(number: String) -> TestCard.Row? {
        rowsByNumber[number]
    }

    /// The first card whose number ends so.
    static func row(last4: String) -> TestCard.Row? {
        cards.firstIndex { $0.last4 == last4 }.map { TestCard.Row($0) }
    }

    /// The card of `pm_card_visa` or `tok_visa`: with `_visa_` before a name or without.
    static func row(token: String) -> TestCard.Row? {
        for prefix in ["pm_card_", "tok_"] where token.hasPrefix(prefix) {
            let name = String(token.dropFirst(prefix.utf8.count))
            if let row = rowsByName[name] { return row }
            for network in ["visa_", "mastercard_", "amex_"] where name.hasPrefix(network) {
                return rowsByName[String(name.dropFirst(network.utf8.count))]
            }
        }
        return nil
    }

    /// The card that every fixture uses.
    static let visa: TestCard.Row = 0

    private static let rowsByNumber: [String: TestCard.Row] = Dictionary(
        cards.enumerated().map { ($0.element.number, TestCard.Row($0.offset)) }, uniquingKeysWith: { first, _ in first }
    )

    private static let rowsByName: [String: TestCard.Row] = Dictionary(
        cards.enumerated().flatMap { row, card in card.names.map { ($0, TestCard.Row(row)) } },
        uniquingKeysWith: { first, _ in first })

    private static func parse(_ line: Substring) -> TestCard? {
        let words = line.split(separator: " ")
        guard words.count >= 6 else { return nil }
        guard let behaviour = behaviour(words[5]) else { return nil }
        return TestCard(
            number: String(words[0]), names: words[1] == "-" ? [] : words[1].split(separator: ",").map(String.init),
            brand: String(words[2]), funding: String(words[3]), country: String(words[4]), behaviour: behaviour,
            checks: checks(words.dropFirst(6)))
    }

    private static func checks(_ words: ArraySlice<Substring>) -> TestCard.Checks {
        var checks = TestCard.Checks()
        for word in words {
            switch word {
            case "cvc=fail": checks.cvc = "fail"
            case "zip=fail": checks.postalCode = "fail"
            case "line1=fail": checks.line1 = "fail"
            case "avs=unchecked":
                checks.line1 = "unavailable"
                checks.postalCode = "unavailable"
            default: break
            }
        }
        return checks
    }

    private static func behaviour(_ word: Substring) -> TestCard.Behaviour? {
        switch word {
        case "ok": .succeeds
        case "decline": .declines(.generic)
        case "insufficient_funds": .declines(.insufficientFunds)
        case "lost_card": .declines(.lostCard)
        case "stolen_card": .declines(.stolenCard)
        case "expired_card": .declines(.expiredCard)
        case "incorrect_cvc": .declines(.incorrectCVC)
        case "processing_error": .declines(.processingError)
        case "velocity": .declines(.velocityExceeded)
        case "blocked": .declines(.fraudulent)
        case "charge_fails": .declinesCharges(.generic)
        case "charge_fails_lost": .declinesCharges(.lostCard)
        case "charge_fails_stolen": .declinesCharges(.stolenCard)
        case "authenticate": .requiresAuthentication(.never, afterwards: nil)
        case "authenticate_unless_set_up": .requiresAuthentication(.onceSetUp, afterwards: nil)
        case "authenticate_insufficient": .requiresAuthentication(.never, afterwards: .insufficientFunds)
        case "authenticate_decline": .requiresAuthentication(.never, afterwards: .generic)
        case "authenticate_on_session": .requiresAuthentication(.offSession, afterwards: nil)
        case "authenticate_optional": .requiresAuthentication(.always, afterwards: nil)
        case "authenticate_unasked": .requiresAuthentication(.unasked, afterwards: nil)
        case "dispute_fraudulent": .disputed(reason: "fraudulent", isInquiry: false)
        case "dispute_not_received": .disputed(reason: "product_not_received", isInquiry: false)
        case "dispute_inquiry": .disputed(reason: "fraudulent", isInquiry: true)
        case "dispute_noncompliant": .disputed(reason: "noncompliant", isInquiry: false)
        case "fraud_warning": .fraudWarning
        case "refund_pending": .refundsLate
        case "refund_fails": .refundsFail
        case "settles": .settlesAtOnce
        case "risk_elevated": .risk(level: "elevated", score: 65)
        case "risk_highest": .risk(level: "highest", score: 92)
        default: nil
        }
    }

    /// number, names after `pm_card_` and `tok_`, brand, funding, country, behaviour, checks that do not pass
    static let lines = """
        4242424242424242 visa,us visa credit US ok
        4000056655665556 visa_debit visa debit US ok
        5555555555554444 mastercard mastercard credit US ok
        2223003122003222 - mastercard credit US ok
        5200828282828210 mastercard_debit mastercard debit US ok
        5105105105105100 mastercard_prepaid mastercard prepaid US ok
        378282246310005 amex,amex_threeDSecureNotSupported,threeDSecureNotSupported amex credit US ok
        371449635398431 - amex credit US ok
        6011111111111117 discover discover credit US ok
        6011000990139424 - discover credit US ok
        6011981111111113 discover_debit discover debit US ok
        6555900000604105 - discover credit KR ok
        3056930009020004 diners diners credit US ok
        36227206271667 - diners credit US ok
        3566002020360505 jcb jcb credit JP ok
        6200000000000005 unionpay unionpay credit CN ok
        6200000000000047 unionpay_debit unionpay debit CN ok
        6205500000000000004 - unionpay credit CN ok
        4000002500001001 visa_cartesBancaires,cartesBancaires visa debit FR ok
        5555552500001001 mastercard_cartesBancaires mastercard debit FR ok
        4000050360000001 visa_debit_eftposAuCoBranded,debit_eftposAuCoBranded visa debit AU ok
        5555050360000080 mastercard_debit_eftposAuCoBranded mastercard debit AU ok
        4000051230000072 debit_visaFsaProductCode,debit_visaHsaProductCode visa debit US ok
        5200828282828897 mastercard_debit_mastercardFsaProductCode mastercard debit US ok
        4000000320000021 ar visa credit AR ok
        4000000760000002 br visa credit BR ok
        4000001240000000 ca visa credit CA ok
        4000001520000001 cl visa credit CL ok
        4000001700000003 co visa credit CO ok
        4000001880000005 cr visa credit CR ok
        4000002180000000 ec visa credit EC ok
        4000004840008001 mx visa credit MX ok
        4000005910000000 pa visa credit PA ok
        4000006000000066 py visa credit PY ok
        4000006040000068 pe visa credit PE ok
        4000008580000003 uy visa credit UY ok
        4000007840000001 ae visa credit AE ok
        5200007840000022 ae_mastercard mastercard credit AE ok
        4000000400000008 at visa credit AT ok
        4000000560000004 be visa credit BE ok
        4000001000000000 bg visa credit BG ok
        4000001120000005 by visa credit BY ok
        4000001910000009 hr visa credit HR ok
        4000001960000008 cy visa credit CY ok
        4000002030000002 cz visa credit CZ ok
        4000002080000001 dk visa credit DK ok
        4000002330000009 ee visa credit EE ok
        4000002460000001 fi visa credit FI ok
        4000002500000003 fr visa credit FR ok
        4000002760000016 de visa credit DE ok
        4000002920000005 gi visa credit GI ok
        4000003000000030 gr visa credit GR ok
        4000003480000005 hu visa credit HU ok
        4000003720000005 ie visa credit IE ok
        4000003800000008 it visa credit IT ok
        4000004280000005 lv visa credit LV ok
        4000004380000004 li visa credit LI ok
        4000004400000000 lt visa credit LT ok
        4000004420000006 lu visa credit LU ok
        4000004700000007 mt visa credit MT ok
        4000005280000002 nl visa credit NL ok
        4000005780000007 no visa credit NO ok
        4000006160000005 pl visa credit PL ok
        4000006200000007 pt visa credit PT ok
        4000006420000001 ro visa credit RO ok
        4000006820000007 sa visa credit SA ok
        4000007050000006 si visa credit SI ok
        4000007030000001 sk visa credit SK ok
        4000007240000007 es visa credit ES ok
        4000007520000008 se visa credit SE ok
        4000007560000009 ch visa credit CH ok
        4000008260000000 gb visa credit GB ok
        4000058260000005 gb_debit visa debit GB ok
        5555558265554449 gb_mastercard mastercard credit GB ok
        4000000360000006 au visa credit AU ok
        4000001560000002 cn visa credit CN ok
        4000003440000004 hk visa credit HK ok
        4000003560000008 in visa credit IN ok
        4000003920000003 jp visa credit JP ok
        3530111333300000 jcb_jp jcb credit JP ok
        4000004580000002 my visa credit MY ok
        4000005540000008 nz visa credit NZ ok
        4000007020000003 sg visa credit SG ok
        4000001580000008 tw visa credit TW ok
        4000007640000003 th_credit,th visa credit TH ok
        4000057640000008 th_debit visa debit TH ok
        4000000000000002 chargeDeclined visa credit US decline
        4000000000009995 chargeDeclinedInsufficientFunds visa credit US insufficient_funds
        4000000000009995 debit_chargeDeclinedInsufficientFunds visa debit US insufficient_funds
        4000000000009987 chargeDeclinedLostCard visa credit US lost_card
        4000000000009979 chargeDeclinedStolenCard visa credit US stolen_card
        4000000000000069 chargeDeclinedExpiredCard visa credit US expired_card
        4000000000000127 chargeDeclinedIncorrectCvc visa credit US incorrect_cvc cvc=fail
        4000000000000119 chargeDeclinedProcessingError visa credit US processing_error
        4000000000006975 chargeDeclinedVelocityLimitExceeded visa credit US velocity
        4000000000000341 chargeCustomerFail visa credit US charge_fails
        4000000000009987 chargeCustomerFailLostCard visa credit US charge_fails_lost
        4000000000009979 chargeCustomerFailStolenCard visa credit US charge_fails_stolen
        4100000000000019 radarBlock,chargeDeclinedFraudulent visa credit US blocked
        4000000000004954 riskLevelHighest visa credit US risk_highest
        4000000000009235 riskLevelElevated visa credit US risk_elevated
        4000008400000407 highFraudDisputeScore visa credit US ok
        4000008400000159 highEfwScore visa credit US ok
        4000008400001017 radarDynamicRiskThreshold visa credit US ok
        4000008405600003 adaptive3dsChallenge visa credit US ok
        4001858821843804 freeTrialAbuseBlock visa credit US ok
        4000058400307872 cvcCheckFailElevatedRisk visa credit US risk_elevated cvc=fail
        4000058400306072 avsZipFailElevatedRisk visa credit US risk_elevated zip=fail
        4000000000001208 - visa credit US ok
        4000000000003725 - visa credit US ok
        4000000000000101 cvcCheckFail visa credit US ok cvc=fail
        4000000000000036 avsZipFail visa credit US ok zip=fail
        4000000000000028 avsLine1Fail visa credit US ok line1=fail
        4000000000000010 avsFail visa credit US ok line1=fail zip=fail
        4000000000000044 avsUnchecked visa credit US ok avs=unchecked
        4000000000000259 createDispute visa credit US dispute_fraudulent
        4000000000002685 createDisputeProductNotReceived visa credit US dispute_not_received
        4000000000001976 createDisputeInquiry visa credit US dispute_inquiry
        4000000000005423 createIssuerFraudRecord visa credit US fraud_warning
        4000000404000079 createMultipleDisputes visa credit US dispute_fraudulent
        4000000404000038 createCe3EligibleDispute visa credit US dispute_fraudulent
        4000008400000779 createComplianceDispute visa credit US dispute_noncompliant
        5105008400000002 createMastercardComplianceDispute mastercard credit US dispute_noncompliant
        4000000001000043 createAutoRepresentmentEligibleDispute visa credit US dispute_fraudulent
        4000000404004816 createRapidDisputeResolutionDispute visa credit US dispute_fraudulent
        4000000404005649 createCe3BlockDispute visa credit US dispute_fraudulent
        5105000300000018 createEthocaAlert mastercard credit US dispute_fraudulent
        4000000000007726 pendingRefund visa credit US refund_pending
        4000000000005126 refundFail visa credit US refund_fails
        4000000000000077 bypassPending visa credit US settles
        4000003720000278 bypassPendingInternational visa credit IE settles
        4000002760003184 authenticationRequired visa credit DE authenticate
        4000002500003155 authenticationRequiredOnSetup visa credit FR authenticate_unless_set_up
        4000003800000446 authenticationRequiredSetupForOffSession visa credit IT authenticate_on_session
        4000008260003178 authenticationRequiredChargeDeclinedInsufficientFunds visa credit GB authenticate_insufficient
        4000000000003220 threeDSecure2Required visa credit IE authenticate
        4000008400000027 - visa credit US authenticate
        4000000000003063 threeDSecureRequired visa credit US authenticate
        4000008400001629 threeDSecureRequiredChargeDeclined visa credit US authenticate_decline
        4000008400001280 threeDSecureRequiredProcessingError visa credit US charge_fails
        4000000000003055 threeDSecureOptional visa credit US authenticate_optional
        4000000000003097 threeDSecureOptionalProcessingError visa credit US authenticate_unasked
        4000000032200000 - visa credit US authenticate_unasked
        4000582600000094 - visa credit GB authenticate
        4000582600000045 - visa credit GB authenticate
        4000582600000102 - visa credit GB authenticate
        4000582600000110 - visa credit GB authenticate
        """
}
