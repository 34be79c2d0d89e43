import Testing

@testable import KeybrakeAudit

/// One small month for each thing that can be found.
@Suite struct ScenarioTests {
    let bench = Bench()

    init() { bench.ordinaryMonth() }

    @Test func everythingInOrderPasses() {
        bench.ledger.call()
        bench.charge()
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.verdict == .pass)
        #expect(result.judgement.charges[.matched].count == 4)
        #expect(result.judgement.proof.ties)
    }

    @Test func chargeWithoutRowInAKnownConversation() {
        bench.ledger.call {
            $0.object = "ch_9"; $0.amount = 999
        }
        bench.charge("ch_9", amount: "9.99")
        bench.charge("ch_around", at: 70)
        let result = bench.reconcile()
        #expect(result.found == ["KB101 ch_around"])
        #expect(result.judgement.verdict == .fail)
        #expect(result.fact(.bypassTagged, "near call")?.hasSuffix("made another object") == true)
    }

    @Test func chargeWithoutRowAndWithoutTag() {
        bench.charge("ch_around", conversation: nil)
        #expect(bench.reconcile().found == ["KB102 ch_around"])
        bench.settings.scope = .tagged
        let tagged = bench.reconcile()
        #expect(tagged.found == [])
        #expect(tagged.judgement.charges[.outsideScope].count == 1)
        #expect(tagged.judgement.counts[.bypassUntagged]?.notes == 1)
    }

    @Test func chargeForAConversationThatNobodyKnows() {
        bench.charge("ch_x", conversation: "6f1c1d3e-0000-4000-8000-000000000009")
        let result = bench.reconcile()
        #expect(result.found == ["KB103 ch_x"])
        #expect(result.fact(.unknownConversation, "closest known") == TestText.conversation)
    }

    @Test(arguments: ["[conv:", "[conv:]", "[conv:a b]", "[conv:not-a-uuid]"])
    func malformedTag(_ tag: String) {
        bench.ledger.call()
        bench.charge(description: "plan \(tag)")
        #expect(bench.reconcile().found == ["KB104 ch_1"])
    }

    @Test func twoTagsAreAmbiguousUnlessTheyAreTheSame() {
        bench.ledger.call()
        bench.charge(description: "[conv:\(TestText.conversation)] [conv:\(TestText.otherConversation)]")
        #expect(bench.reconcile().found == ["KB104 ch_1"])
        bench.lines.removeLast()
        bench.charge(description: "[conv:\(TestText.conversation)] [conv:\(TestText.conversation.uppercased())]")
        #expect(bench.reconcile().found == [])
    }

    @Test func tagNamesAnotherConversationThanTheRow() {
        bench.ledger.key("k2", conversation: TestText.otherConversation)
        bench.ledger.call()
        bench.charge(conversation: TestText.otherConversation)
        let result = bench.reconcile()
        #expect(result.found == ["KB105 ch_1"])
        #expect(result.fact(.tagDisagreement, "in the audit") == TestText.conversation)
    }

    @Test func metadataNamesAnotherConversationThanTheTag() {
        bench.header += ",Conversation_ID (metadata),conversation_id (metadata)"
        bench.lines = bench.lines.map { $0 + ",," }
        bench.ledger.call()
        bench.charge()
        bench.lines[bench.lines.count - 1] += "," + TestText.otherConversation + ","
        #expect(bench.reconcile().found == ["KB105 ch_1"])
    }

    @Test func acceptedByStripeButInNoExport() {
        bench.ledger.call {
            $0.object = "ch_gone"; $0.at = 100
        }
        bench.charge("ch_near", at: 110, amount: "3.00")
        bench.ledger.call {
            $0.object = "ch_near"; $0.at = 109; $0.amount = 300
        }
        let result = bench.reconcile()
        #expect(result.found == ["KB111 ch_gone"])
        #expect(result.fact(.phantom, "present, same minute")?.hasPrefix("ch_near") == true)
    }

    @Test func acceptedOutsideTheTimeOfTheExports() {
        bench.ledger.call {
            $0.object = "ch_later"; $0.at = 95_000
        }
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.counts[.outsideWindow]?.skipped == 1)
        bench.settings.to = TestLedger.july + 100_000
        #expect(bench.reconcile().found == ["KB111 ch_later"])
    }

    @Test func amountCurrencyStatusAndCustomerDiffer() {
        for (number, object) in ["ch_a", "ch_c", "ch_s", "ch_u"].enumerated() {
            bench.ledger.call {
                $0.object = object; $0.amount = 2_000 + Int64(number)
            }
        }
        bench.charge("ch_a", amount: "20.07")
        bench.charge("ch_c", amount: "20.01", currency: "eur")
        bench.charge("ch_s", amount: "20.02", status: "Failed")
        bench.charge("ch_u", amount: "20.03", customer: "cus_other")
        let result = bench.reconcile()
        #expect(result.found == ["KB121 ch_a", "KB122 ch_c", "KB123 ch_s", "KB125 ch_u"])
        #expect(result.finding(.amountMismatch)?.summary == "amount: audit 20.00 usd, export 20.07 usd")
        #expect(result.fact(.amountMismatch, "difference") == "0.07 usd")
        #expect(result.judgement.charges[.matchedWithDifference].count == 4)
    }

    @Test func aCaptureOfLessIsNoDifference() {
        bench.ledger.call { $0.ending = "authorised" }
        bench.ledger.call {
            $0.operation = "POST /v1/charges/{charge}/capture"
            $0.at = 80
            $0.amount = 800
        }
        bench.charge(amount: "8.00")
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.attempts[.followUp].count == 1)
    }

    @Test func allYenAreAHundredTimesTooSmall() {
        for number in 1...3 {
            bench.ledger.call {
                $0.object = "ch_\(number)"; $0.amount = 50_000; $0.currency = "jpy"; $0.usd = 300;
                $0.customer = "c\(number)"
            }
            bench.charge("ch_\(number)", amount: "500", currency: "jpy", customer: "c\(number)")
        }
        let result = bench.reconcile()
        #expect(result.found == ["KB015 jpy"])
        #expect(result.judgement.verdict == .cannotVouch)
    }

    @Test func unknownOutcomeThatCharged() {
        bench.ledger.call {
            $0.status = 504
            $0.upstream = nil
            $0.ending = "unknown"
            $0.object = nil
        }
        bench.charge(at: 63)
        let result = bench.reconcile()
        #expect(result.found == ["KB131 ch_1"])
        #expect(result.finding(.unknownCharged)?.severity == .major)
        #expect(result.fact(.unknownCharged, "charge after call") == "3 s")
    }

    @Test func unknownOutcomeTriedAgainWithAnotherKeyIsCritical() {
        bench.ledger.call {
            $0.ending = "unknown"; $0.object = nil; $0.upstream = nil; $0.idempotency = "a"
        }
        bench.ledger.call {
            $0.at = 65; $0.object = "ch_2"; $0.idempotency = "b"
        }
        bench.charge(at: 63)
        bench.charge("ch_2", at: 66)
        let result = bench.reconcile()
        #expect(result.found == ["KB131 ch_1", "KB151 ch_1"])
        #expect(result.finding(.unknownCharged)?.severity == .critical)
    }

    @Test func crashBetweenIntentAndOutcome() {
        bench.ledger.call { $0.rows = ["intent"] }
        bench.charge(at: 63)
        #expect(bench.reconcile().found == ["KB131 ch_1"])
    }

    @Test func unknownOutcomeThatDidNotCharge() {
        bench.ledger.call {
            $0.ending = "unknown"; $0.object = nil; $0.upstream = nil
        }
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.counts[.unknownNotCharged]?.notes == 1)
    }

    @Test func unknownOutcomeSettledByItsRetry() {
        bench.ledger.call {
            $0.ending = "unknown"; $0.object = nil; $0.upstream = nil; $0.idempotency = "same"
        }
        bench.ledger.call {
            $0.at = 62; $0.idempotency = "same"
        }
        bench.charge(at: 61)
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.attempts[.unknownRetried].count == 1)
    }

    @Test func unknownOutcomeWithTwoCandidatesIsNotGuessed() {
        bench.settings.expectedRepeats = ["all"]
        bench.ledger.call {
            $0.ending = "unknown"; $0.object = nil; $0.upstream = nil
        }
        bench.charge("ch_1", at: 63)
        bench.charge("ch_2", at: 64)
        let result = bench.reconcile()
        #expect(result.found.count == 1)
        #expect(result.finding(.unknownAmbiguous)?.facts.filter { $0.label == "charge" }.count == 2)
        #expect(result.judgement.charges[.ambiguous].count == 2)
        #expect(result.judgement.verdict == .cannotVouch)
    }

    @Test func refusedAndChargedAllTheSame() {
        bench.ledger.call {
            $0.decision = "refused"
            $0.refusal = "spend_cap_exceeded"
            $0.status = 401
            $0.upstream = nil
            $0.ending = "none"
            $0.object = nil
        }
        bench.charge(at: 75)
        let result = bench.reconcile()
        #expect(result.found == ["KB141 ch_1"])
        #expect(result.finding(.blockedButCharged)?.summary.contains("spend_cap_exceeded") == true)
        #expect(result.fact(.blockedButCharged, "charge after refusal") == "15 s")
    }

    @Test func keyWasRevokedExpiredUnknownOrTooYoung() {
        bench.ledger.key("revoked", revoked: 30)
        bench.ledger.key("expired", expires: 59)
        bench.ledger.key("young", created: 61)
        for (key, object) in [("revoked", "ch_1"), ("expired", "ch_2"), ("young", "ch_3"), ("stranger", "ch_4")] {
            bench.ledger.call {
                $0.key = key; $0.object = object; $0.customer = object
            }
            bench.charge(object, customer: object)
        }
        #expect(bench.reconcile().found == ["KB142 ch_1", "KB142 ch_2", "KB143 ch_3", "KB143 ch_4"])
    }

    @Test func callThatBeganBeforeRevocationIsNoBreach() {
        bench.ledger.key("revoked", revoked: 60)
        bench.ledger.call { $0.key = "revoked" }
        bench.charge()
        #expect(bench.reconcile().found == [])
    }

    @Test func policyForbidsOperationAmountOrCustomer() {
        bench.ledger.policy(
            "narrow", perCall: "\"10.00\"", operations: #"["POST /v1/refunds"]"#, customers: #"["cus_9"]"#)
        bench.ledger.key("k9", policy: "narrow")
        bench.ledger.call {
            $0.key = "k9"; $0.policy = "narrow"
        }
        bench.charge()
        #expect(bench.reconcile().found == ["KB144 ch_1", "KB145 ch_1", "KB146 ch_1"])
    }

    @Test func chargedTwice() {
        bench.ledger.call { $0.idempotency = "a" }
        bench.ledger.call {
            $0.at = 90; $0.object = "ch_2"; $0.idempotency = "b"
        }
        bench.charge()
        bench.charge("ch_2", at: 91)
        let result = bench.reconcile()
        #expect(result.found == ["KB151 ch_1"])
        #expect(result.finding(.duplicateCharges)?.summary == "2 charges of 12.50 usd for cus_1; excess 12.50 usd")
        #expect(result.finding(.duplicateCharges)?.facts.last?.value.hasSuffix("turn 3, idempotency key b") == true)
        bench.settings.expectedRepeats = [TestText.conversation]
        #expect(bench.reconcile().found == [])
    }

    @Test func chargedAgainADayLaterIsNoRepeat() {
        bench.ledger.call()
        bench.ledger.call {
            $0.at = 87_000; $0.object = "ch_2"
        }
        bench.charge()
        bench.charge("ch_2", at: 87_001)
        #expect(bench.reconcile().found == [])
    }

    @Test func overTheCapOfTheDay() {
        bench.ledger.policy("small", cap: "\"20.00\"")
        bench.ledger.key("k5", policy: "small")
        for number in 1...3 {
            bench.ledger.call {
                $0.key = "k5"; $0.policy = "small"; $0.object = "ch_\(number)"; $0.customer = "c\(number)"
            }
            bench.charge("ch_\(number)", at: 60 + Int64(number), customer: "c\(number)")
        }
        let result = bench.reconcile()
        #expect(result.found == ["KB161 key k5 on 2026-07-01"])
        #expect(result.fact(.overCap, "crossed with")?.hasPrefix("ch_2") == true)
        #expect(result.fact(.overCap, "over by") == "17.50 usd")
    }

    @Test func exactlyTheCapIsNotOverIt() {
        bench.ledger.policy("small", cap: "\"25.00\"")
        bench.ledger.key("k5", policy: "small")
        for number in 1...2 {
            bench.ledger.call {
                $0.key = "k5"; $0.policy = "small"; $0.object = "ch_\(number)"; $0.customer = "c\(number)"
            }
            bench.charge("ch_\(number)", customer: "c\(number)")
        }
        #expect(bench.reconcile().found == [])
    }

    @Test func replayedRowsMoveNothing() {
        bench.ledger.call()
        bench.ledger.call {
            $0.mode = "replay"; $0.at = 300
        }
        bench.charge()
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.attempts[.otherMode].count == 1)
    }

    @Test func declinedOnBothSides() {
        bench.ledger.call {
            $0.status = 402; $0.upstream = 402; $0.ending = "released"
        }
        bench.charge(status: "Failed")
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.charges[.matched].count == 4)
    }

    @Test func paymentIntentIsMatchedByItsChargeOrByItsOwnId() {
        bench.header += ",PaymentIntent ID"
        bench.lines = bench.lines.map { $0 + "," }
        bench.ledger.call {
            $0.operation = "POST /v1/payment_intents"; $0.object = "pi_1"; $0.related = "ch_1"
        }
        bench.ledger.call {
            $0.operation = "POST /v1/payment_intents"; $0.object = "pi_2"; $0.amount = 900
        }
        bench.charge()
        bench.lines[bench.lines.count - 1] += ","
        bench.charge("ch_2", amount: "9.00")
        bench.lines[bench.lines.count - 1] += ",pi_2"
        let result = bench.reconcile()
        #expect(result.found == [])
        #expect(result.judgement.matchedByMethod[Int(MatchMethod.objectID.rawValue)] == 4)
        #expect(result.judgement.matchedByMethod[Int(MatchMethod.intentID.rawValue)] == 1)
    }

    @Test func rowWithoutObjectIsIncomplete() {
        bench.ledger.call { $0.object = nil }
        #expect(bench.reconcile().found == ["KB014 row 4"])
    }

    @Test func missingRowsAreFound() {
        bench.ledger.flush()
        bench.ledger.run("DELETE FROM audit WHERE seq IN (3, 4)")
        let result = bench.reconcile()
        #expect(result.found.contains("KB012 keybrake.db:3"))
        #expect(result.judgement.verdict == .cannotVouch)
    }

    @Test func chargesBeforeTheAuditBeganCannotBeVouchedFor() {
        bench.charge("ch_old", at: -90_000, conversation: nil)
        let result = bench.reconcile()
        #expect(result.found == ["KB005 uncovered charges"])
        bench.settings.from = TestLedger.july
        #expect(bench.reconcile().found == [])
    }

    @Test func nothingInCommonCannotBeVouchedFor() {
        bench.lines = []
        bench.charge(at: 40 * 86_400, conversation: nil)
        #expect(bench.reconcile().found.contains("KB005 overlap"))
    }
}
