import Testing

@testable import KeybrakeAudit

/// Every shape in which the API's answers are saved.
@Suite struct ChargeListReaderTests {
    private let bench = Bench()

    init() {
        for number in 1...3 {
            bench.ledger.call {
                $0.object = "ch_\(number)"; $0.customer = "cus_\(number)"; $0.idempotency = "key\(number)"
            }
        }
    }

    private static func charge(_ number: Int, more: String = "") -> String {
        #"{"id":"ch_\#(number)","object":"charge","amount":1250,"amount_captured":1250,"amount_refunded":0,"#
            + #""created":\#(TestLedger.july + 61),"currency":"usd","captured":true,"status":"succeeded","#
            + #""livemode":false,"#
            + #""customer":{"id":"cus_\#(number)","object":"customer"},"#
            + #""description":"plan [conv:\#(TestText.conversation)]","#
            + #""metadata":{"conversation_id":"\#(TestText.conversation)"},"#
            + #""refunds":{"object":"list","data":[],"has_more":true}\#(more)}"#
    }

    private static let all = (1...3).map { charge($0) }

    private static func page(_ charges: [String], hasMore: Bool = false) -> String {
        #"{"object":"list","data":[\#(charges.joined(separator: ","))],"has_more":\#(hasMore),"url":"/v1/charges"}"#
    }

    @Test(arguments: [
        page(all), page([all[0]], hasMore: true) + "\n" + page([all[1], all[2]]),
        "[" + page([all[0]], hasMore: true) + ",\n" + page([all[1], all[2]]) + "]",
        "[" + all.joined(separator: ",") + "]",
        all.joined(separator: "\n"), "\u{FEFF}" + page(all),
        all.map { #"{"id":"evt_1","object":"event","data":{"object":\#($0)},"type":"charge.succeeded"}"# }.joined(
            separator: "\n"),
    ]) func shapes(_ text: String) {
        let result = bench.reconcile([bench.folder.write("charges.json", text)])
        #expect(result.found == [])
        #expect(result.judgement.charges[.matched].count == 3)
        #expect(result.books.files[0].kind == "API list (JSON)")
    }

    @Test func morePagesThanTheFileHolds() {
        let text = Self.page(Self.all, hasMore: true)
        #expect(bench.reconcile([bench.folder.write("charges.json", text)]).found == ["KB002 charges.json"])
    }

    @Test func cutInsideAnObject() {
        let text = String(Self.page(Self.all).dropLast(300))
        let result = bench.reconcile([bench.folder.write("charges.json", text)])
        #expect(result.found.first?.hasPrefix("KB002") == true)
        #expect(result.judgement.proof.ties)
    }

    @Test func unknownStatusAndCurrency() {
        let text =
            Self.all[0].replacing("succeeded", with: "settled") + "\n" + Self.all[1].replacing("usd", with: "zzz")
        let result = bench.reconcile([bench.folder.write("charges.json", text)])
        #expect(result.found.filter { $0.hasPrefix("KB006") }.count == 2)
    }

    @Test func eventEnvelopesNameTheIdempotencyKey() {
        bench.ledger.call {
            $0.at = 70
            $0.object = nil
            $0.ending = "unknown"
            $0.upstream = nil
            $0.idempotency = "lost"
            $0.customer = "cus_4"
        }
        let event =
            #"{"object":"event","type":"charge.succeeded","request":{"id":"req_x","idempotency_key":"lost"},"#
            + #""data":{"object":\#(Self.charge(4).replacing(TestText.conversation, with: ""))}}"#
        let result = bench.reconcile([
            bench.folder.write("events.json", Self.all.joined(separator: "\n") + "\n" + event)
        ])
        #expect(result.found == ["KB104 ch_4", "KB131 ch_4"])
        #expect(result.fact(.unknownCharged, "matched by") == "idempotency key")
    }

    @Test func paymentIntentsStandForTheirCharges() {
        let text =
            #"{"id":"pi_1","object":"payment_intent","amount":1250,"currency":"usd","#
            + #""created":\#(TestLedger.july + 61),"#
            + #""status":"succeeded","customer":"cus_1","latest_charge":"ch_1","metadata":{}}"#
        let result = bench.reconcile([bench.folder.write("intents.json", text)])
        #expect(result.judgement.charges[.matched].count == 1)
    }

    @Test(arguments: 0..<60) func randomDamageNeverTraps(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = Array(Self.page(Self.all).utf8)
        for _ in 0..<random.next(upTo: 4) + 1 {
            bytes[random.next(upTo: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        }
        let result = bench.reconcile([bench.folder.write("charges.json", bytes)])
        #expect(result.judgement.proof.ties, "seed \(seed)")
    }
}
