import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct PaymentsExportTests {
    @Test func `the export reads as the Dashboard writes it`() throws {
        var bench = Bench { $0.clock = .frozen(atUnixSeconds: 1_793_000_000) }
        _ = bench.post(
            "/v1/charges",
            "amount=1250&currency=usd&customer=cus_test_fixture&description=[conv:1]%20a,%20\"b\""
                + "&metadata[conversation_id]=c1"
        )
        let back = bench.post("/v1/charges", "amount=2000&currency=usd&source=tok_visa&metadata[B]=x")
        _ = bench.post("/v1/refunds", "charge=\(back.id)")
        _ = bench.post("/v1/charges", "amount=500&currency=jpy&source=tok_chargeDeclinedInsufficientFunds")
        _ = bench.post("/v1/charges", "amount=700&currency=usd&source=tok_visa&capture=false")
        _ = try bench.host.advanceClock(world: "w", bySeconds: 60, atUnixSeconds: bench.now)
        _ = bench.post("/v1/payment_intents", "amount=300&currency=eur")
        bench.now += 1
        let lines = String(decoding: bench.host.paymentsCSV(world: "w"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines[0]
                == "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount "
                + "Refunded,Converted Currency,Decline Reason,Description,Fee,Refunded date (UTC),Statement "
                + "Descriptor,Status,Seller Message,Taxes On Fee,Card ID,Customer ID,Customer Description,Customer "
                + "Email,Invoice ID,Transfer,B (metadata),conversation_id (metadata)")
        #expect(lines.count == 7)
        #expect(lines[1] == ",2026-10-26 07:34:20,3.00,,eur,,,,,,,,,,requires_payment_method,,,,,,,,,,")
        let held = lines[2].split(separator: ",", omittingEmptySubsequences: false)
        #expect(held[2...5] == ["7.00", "0.00", "usd", "false"])
        #expect(held[14] == "Uncaptured")
        let failed = lines[3].split(separator: ",", omittingEmptySubsequences: false)
        #expect(failed[2...4] == ["500", "0", "jpy"])
        #expect(failed[9] == "insufficient_funds")
        #expect(failed[14] == "Failed")
        let refunded = lines[4].split(separator: ",", omittingEmptySubsequences: false)
        #expect(refunded[0] == back.id[...])
        #expect(refunded[2...3] == ["20.00", "20.00"])
        #expect(refunded[11...12] == ["0.88", "2026-10-26 07:33:20"])
        #expect(refunded[14] == "Refunded")
        #expect(refunded[23] == "x")
        #expect(lines[5].contains(",\"[conv:1] a, \"\"b\"\"\",0.66,"))
        #expect(lines[5].hasSuffix(",fixture@example.com,,,,c1"))
        #expect(lines[5].contains(",Paid,Payment complete.,0.00,card_test_fixture,cus_test_fixture,"))
    }

    @Test func `an empty account exports the header alone`() {
        let bench = Bench()
        #expect(bench.host.paymentsCSV(world: "w").count { $0 == 0x0A } == 1)
    }
}
