import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// The audit speaks up about every sort of money that does not add up.
@Suite struct AuditTests {
    private typealias Rule = EmulatorAudit.Finding.Rule

    /// The objects of a small world that is in order.
    private struct Scene {
        var world: World
        var charge = ""
        var refund = ""
        var fee = ""
        var transfer = ""
        var payout = ""
        static let shop = "acct_shop"

        init() {
            world = World(name: "audit", configuration: .standard)
            charge = post("/v1/charges", "amount=10000&currency=usd&source=tok_bypassPending")
            refund = post("/v1/refunds", "charge=\(charge)&amount=1000")
            let passed = post(
                "/v1/charges",
                "amount=5000&currency=usd&source=tok_visa&transfer_data[destination]=\(Self.shop)"
                    + "&application_fee_amount=500")
            _ = post("/v1/refunds", "charge=\(passed)&amount=100&reverse_transfer=true&refund_application_fee=true")
            payout = post("/v1/payouts", "amount=700&currency=usd")
            transfer = world.platform.store.collection(.transfer)?.objects.first?.id ?? ""
            fee = world.platform.store.collection(.applicationFee)?.objects.first?.id ?? ""
        }

        /// - Returns: the id of what was made.
        private mutating func post(_ path: String, _ body: String) -> String {
            guard let match = Catalogue.shared.operation(verb: .post, path: path) else { return "" }
            let form = (try? FormDecoder.decode(body)) ?? FormMap()
            let answer = world.handle(
                EmulatorCall(match: match, form: form, requestID: "req_audit"), atUnixSeconds: Bench.start)
            return (try? JSONParser.parse(answer.body))?["id"]?.stringValue ?? ""
        }

        /// Changes an object of the platform behind everybody's back.
        mutating func change(_ kind: ObjectKind, _ id: String, _ edit: (inout JSONObject) -> Void) {
            _ = world.act(as: world.platform.id) { account in
                var tree = account.store.object(kind, id: id)?.tree ?? [:]
                edit(&tree)
                account.store.insert(kind, StoredObject(id: id, created: 0, bytes: tree.bytes))
            }
        }

        func text(_ kind: ObjectKind, _ id: String, _ name: String) -> String {
            world.platform.store.object(kind, id: id)?.text(name) ?? ""
        }
    }

    private func rules(_ scene: Scene) -> Set<Rule> { Set(scene.world.audit().findings.map(\.rule)) }

    @Test func `a world in order has nothing to be found`() {
        let audit = Scene().world.audit()
        #expect(audit.findings == [])
        #expect(audit.accountCount == 2)
        #expect(audit.transactionCount == 11)
    }

    @Test func `a transaction that says something else is found`() {
        var scene = Scene()
        let transaction = scene.text(.charge, scene.charge, "balance_transaction")
        scene.change(.balanceTransaction, transaction) { $0.set("net", 1) }
        #expect(rules(scene) == [.balance, .net])
        scene = Scene()
        scene.change(.balanceTransaction, transaction) {
            $0.set("amount", 10_001)
            $0.set("net", $0.integer("net") + 1)
        }
        #expect(rules(scene) == [.balance, .tie])
        scene = Scene()
        scene.change(.balanceTransaction, transaction) { $0.set("source", "ch_none") }
        #expect(rules(scene) == [.tie])
    }

    @Test func `more than there was is found`() {
        var scene = Scene()
        scene.change(.charge, scene.charge) { $0.set("amount_refunded", 10_001) }
        #expect(rules(scene) == [.limit, .sum])
        scene = Scene()
        scene.change(.charge, scene.charge) { $0.set("amount_captured", 10_001) }
        #expect(rules(scene).isSuperset(of: [.limit, .tie]))
        scene = Scene()
        scene.change(.transfer, scene.transfer) { $0.set("amount_reversed", 5_001) }
        #expect(rules(scene) == [.limit, .sum, .passage])
    }

    @Test func `a refund without its money is found`() {
        var scene = Scene()
        scene.change(.refund, scene.refund) { $0.set("balance_transaction", nil as String?) }
        #expect(rules(scene) == [.tie])
        scene = Scene()
        scene.change(.refund, scene.refund) { $0.set("amount", 999) }
        #expect(rules(scene) == [.tie, .sum])
        scene = Scene()
        scene.change(.payout, scene.payout) { $0.set("status", "failed") }
        #expect(rules(scene) == [.tie, .sum])
    }

    @Test func `a fee that the payer knows differently is found`() {
        var scene = Scene()
        scene.change(.applicationFee, scene.fee) { $0.set("amount_refunded", 11) }
        #expect(rules(scene) == [.sum, .passage])
        scene = Scene()
        scene.change(.applicationFee, scene.fee) { $0.set("amount", 499) }
        #expect(rules(scene) == [.tie, .passage])
        scene = Scene()
        scene.change(.transfer, scene.transfer) { $0.set("destination_payment", "py_none") }
        #expect(rules(scene) == [.passage])
    }

    @Test func `money that comes from nowhere is found`() {
        var scene = Scene()
        _ = scene.world.act(as: scene.world.platform.id) { account in
            account.ledger.book(
                .init(
                    transactionID: "txn_x", currency: "usd", amount: 100, fee: 0, isBetweenAccounts: true,
                    availableOn: nil))
        }
        #expect(rules(scene) == [.balance, .doubleEntry])
        let finding = scene.world.audit().findings.first { $0.rule == .doubleEntry }
        #expect(finding?.account == nil)
        #expect(finding?.words == "between accounts, -100 usd was lost or made")
    }

    @Test func `a host audits its worlds`() throws {
        let bench = Bench()
        _ = bench.post("/v1/charges", "amount=1000&currency=usd&source=tok_visa")
        let audit = try bench.host.audit(world: bench.world)
        #expect(audit.isClean)
        #expect(audit.transactionCount == 1)
    }
}
