import KeybrakeStripe
import LedgerConformance
import Testing

@testable import KeybrakeLedger

/// Random calls of two keys on shared objects, against a ledger so simple that it can be seen to be right.
@Suite struct RandomCallsTests {
    /// Three seeds that are always the same, and one that is new every time and named when it fails.
    static let seeds: [UInt64] = [1, 2, 3, .random(in: .min ... .max)]

    @Test(arguments: seeds)
    func theCapHoldsAndEveryCentIsAccountedFor(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var scene = try Scene(cap: .usdCents(60), otherCap: .usdCents(40))
        var model = SimpleLedger(caps: ["key": 60, "other": 40])
        for step in 0..<4_000 {
            let comment: Comment = "seed \(seed), step \(step)"
            if let request = model.running.keys.sorted().randomElement(using: &random), Bool.random(using: &random) {
                let ending = model.ending(for: request, &random)
                scene.end(request, ending.ending, object: ending.object)
                model.end(request, ending.ending, object: ending.object)
            } else {
                let call = model.call(&random)
                // One call and its parameters are one fingerprint.
                let fingerprint = Array("\(call)".utf8)
                if step % 5 == 0 { scene.beginAndTakeBack(call, comment) }
                let verdict = scene.begin(
                    call.effect, cents: call.cents, key: call.key, idempotency: call.idempotency,
                    fingerprint: fingerprint)
                model.check(verdict, of: call, comment)
            }
            for (key, cap) in model.caps {
                let spend = scene.spend(key)
                try #require(spend == model.spend(key), comment)
                try #require(spend[0] + spend[1] <= cap + model.overdrawn[key, default: 0], comment)
            }
            if step % 37 == 0 { scene.expectThatHoldsAreReadAsWritten(comment) }
            // A new day for both, or the caps would be used up.
            if step % 400 == 399 {
                (scene, model) = (try Scene(cap: .usdCents(60), otherCap: .usdCents(40)), model.emptied())
            }
        }
        #expect(model.admitted > 500 && model.refused > 50 && model.retried > 10, "seed \(seed) tries too little")
    }
}

extension Scene {
    /// A batch that the disk refuses leaves nothing behind.
    fileprivate mutating func beginAndTakeBack(_ call: SimpleLedger.Call, _ comment: Comment) {
        let before = (states(), spend("key"), spend("other"), machine.lastSequence)
        let intent = CallIntent(
            requestID: "req_taken_back", atMicroseconds: now, keyID: call.key, operation: "POST /v1/charges",
            mode: "live", meter: "charge", effect: call.effect,
            money: call.cents.map { Money(minorUnits: $0, currency: .usd) }, usdCents: call.cents)
        for index in 0..<3 {
            var again = intent
            again.requestID += "\(index)"
            _ = machine.begin(again, claim: nil)
        }
        machine.undo()
        #expect(before == (states(), spend("key"), spend("other"), machine.lastSequence), comment)
    }
}

extension Scene {
    /// What the file keeps of a hold is enough to make it again.
    fileprivate func expectThatHoldsAreReadAsWritten(_ comment: Comment) {
        for hold in machine.holds.rows.values {
            var read = Hold(
                id: hold.id, keyID: hold.keyID, requestID: hold.requestID, operation: hold.operation,
                meter: hold.meter, budgetID: hold.budgetID, createdAtMicroseconds: hold.createdAtMicroseconds,
                amount: hold.amount, objectID: hold.objectID)
            read.relatedID = hold.relatedID
            read.updatedAtMicroseconds = hold.updatedAtMicroseconds
            #expect(HoldProgress.restore(HoldProgress.text(of: hold), state: hold.state, to: &read), comment)
            read.refresh()
            #expect(read == hold, comment)
        }
    }
}

/// A generator that gives the same numbers for the same seed everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
