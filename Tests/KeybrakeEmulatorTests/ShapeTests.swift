import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

@Suite struct ShapeTests {
    /// Members that Stripe sends although its document does not list them.
    static let undocumented: Set<String> = [
        ".source: unknown member", ".wallet: unknown member", ".shipping.carrier: null",
        ".shipping.tracking_number: null", ".shipping.phone: null",
    ]

    static func isUndocumented(_ misfit: String) -> Bool { undocumented.contains { misfit.hasSuffix($0) } }

    @Test func `every route is an operation of the catalogue and stands there once`() {
        var seen: Set<String> = []
        for (name, _) in Routes.all {
            #expect(Catalogue.shared.operation(named: name) != nil, "\(name)")
            #expect(seen.insert(name).inserted, "\(name) twice")
        }
    }

    @Test func `answers of the families fit the catalogue's shapes`() {
        let bench = Bench()
        let customer = bench.post(
            "/v1/customers", "email=a@example.com&source=tok_visa&shipping[name]=A&shipping[address][city]=B")
        let method = bench.post("/v1/payment_methods", PaymentMethodTests.card)
        let charge = bench.post(
            "/v1/charges", "amount=500&currency=usd&customer=\(customer.id)&shipping[name]=A&shipping[address][city]=B")
        let intent = bench.post(
            "/v1/payment_intents", "amount=500&currency=usd&payment_method=\(method.id)&confirm=true")
        let waiting = bench.post(
            "/v1/payment_intents",
            "amount=500&currency=usd&payment_method=pm_card_authenticationRequired&confirm=true&return_url=https://a.b")
        _ = bench.post(
            "/v1/payment_intents", "amount=500&currency=usd&payment_method=pm_card_chargeDeclined&confirm=true")
        let refund = bench.post("/v1/refunds", "charge=\(charge.id)&amount=100")
        let token = bench.post("/v1/tokens", "card[number]=4242424242424242&card[exp_month]=8&card[exp_year]=2034")
        for (path, query) in [
            ("/v1/customers/\(customer.id)", ""), ("/v1/customers/\(customer.id)", "expand[]=sources"),
            ("/v1/customers", ""), ("/v1/payment_methods/\(method.id)", ""), ("/v1/charges/\(charge.id)", ""),
            ("/v1/charges", "limit=100&expand[]=data.refunds"), ("/v1/payment_intents/\(intent.id)", ""),
            ("/v1/payment_intents/\(waiting.id)", ""), ("/v1/payment_intents", "expand[]=data.latest_charge"),
            ("/v1/refunds/\(refund.id)", ""), ("/v1/tokens/\(token.id)", ""), ("/v1/balance_transactions", ""),
            ("/v1/balance", ""), ("/v1/events", "limit=100"), ("/v1/customers/\(customer.id)/sources", ""),
        ] {
            let answer = bench.get(path, query)
            #expect(answer.status == 200)
            let type = Catalogue.shared.operation(verb: .get, path: path)?.operation.response ?? .any
            let misfits = ShapeFit.misfits(answer.body, type).filter { misfit in
                !Self.undocumented.contains { misfit.hasSuffix($0) }
            }
            #expect(misfits == [], "\(path)")
        }
    }

    @Test(arguments: PlainUse.Extent.allCases)
    func `a lenient world answers every operation with what fits, whatever of its parameters is sent`(
        extent: PlainUse.Extent
    ) {
        let bench = Bench { $0.isLenient = true }
        for operation in Catalogue.shared.operations {
            let call = PlainUse.call(operation, extent)
            let answer = bench.host.handle(call, world: "every", atUnixSeconds: Bench.start)
            #expect(answer.status == 200, "\(operation.name): \(String(decoding: answer.body, as: UTF8.self))")
            expectFit(answer, operation)
        }
    }

    @Test(arguments: PlainUse.Extent.allCases)
    func `a plain world answers what fits, or says why not`(extent: PlainUse.Extent) {
        let bench = Bench()
        var answered = 0
        for operation in Catalogue.shared.operations {
            let call = PlainUse.call(operation, extent)
            let answer = bench.host.handle(call, world: "every", atUnixSeconds: Bench.start)
            if answer.status == 200 {
                answered += 1
                expectFit(answer, operation)
            } else {
                let error = (try? JSONParser.parse(answer.body))?["error"]
                #expect((400..<500).contains(answer.status), "\(operation.name): \(answer.status)")
                #expect(error?["message"]?.stringValue != nil, "\(operation.name)")
            }
        }
        #expect(answered > (extent == .minimal ? 100 : 25))
    }

    @Test func `a strict world answers an unknown id with 404 and names the parameter`() {
        let bench = Bench {
            $0.isStrict = true
            $0.seedsFixtures = false
        }
        for operation in Catalogue.shared.operations where operation.action.form == .retrieve {
            guard operation.pathTemplate.hasSuffix("}"), let last = operation.pathParameterNames.last else { continue }
            let call = PlainUse.call(operation)
            let answer = bench.host.handle(call, world: "strict", atUnixSeconds: Bench.start)
            guard answer.status != 501 else { continue }
            let error = (try? JSONParser.parse(answer.body))?["error"]
            #expect(answer.status == 404, "\(operation.name): \(String(decoding: answer.body, as: UTF8.self))")
            #expect(error?["code"]?.stringValue == (operation.isVersionTwo ? "not_found" : "resource_missing"))
            #expect(error?["param"]?.stringValue != nil, "\(operation.name): \(last)")
        }
    }

    @Test func `a lenient world expands whatever can be expanded`() {
        let bench = Bench { $0.isLenient = true }
        for operation in Catalogue.shared.operations where operation.action.form == .retrieve {
            guard operation.acceptsExpand, let shape = ExpansionShape.object(of: operation.response, named: nil) else {
                continue
            }
            let names = shape.fields.filter(\.isExpandable).map(\.name)
            for name in names + ["*"] {
                var call = PlainUse.call(operation)
                call.form["expand"] = .list([.text(name)])
                let answer = bench.host.handle(call, world: "every", atUnixSeconds: Bench.start)
                #expect(answer.status == 200, "\(operation.name) \(name)")
                expectFit(answer, operation)
                // What is remembered has no more than it was given.
                guard answer.layer == .schema else { continue }
                let body = (try? JSONParser.parse(answer.body)) ?? .null
                for shown in name == "*" ? names : [name] {
                    let member = body[shown]?.arrayValue?.first ?? body[shown]
                    #expect(member?.objectValue != nil, "\(operation.name) \(shown)")
                }
            }
        }
    }

    @Test(arguments: [
        ("card_1", "card", true), ("ba_1", "bank_account", true), ("src_1", "source", nil as Bool?),
    ])
    func `in a lenient world an id tells which of several resources is meant`(id: String, kind: String, isGone: Bool?) {
        let bench = Bench { $0.isLenient = true }
        let path = "/v1/customers/cus_none/sources/\(id)"
        #expect(bench.get(path).id == id)
        #expect(bench.get(path)["object"]?.stringValue == kind)
        let deleted = bench.delete(path)
        #expect(deleted.id == id)
        #expect(deleted["object"]?.stringValue == kind)
        #expect(deleted["deleted"]?.boolValue == isGone)
    }

    private func expectFit(_ answer: EmulatorAnswer, _ operation: KeybrakeStripe.Operation) {
        guard operation.responseShape() != .binary else { return }
        let body = (try? JSONParser.parse(answer.body)) ?? .null
        let misfits = ShapeFit.misfits(body, operation.response).filter { misfit in
            !Self.undocumented.contains { misfit.hasSuffix($0) }
        }
        #expect(misfits == [], "\(operation.name)")
    }
}
