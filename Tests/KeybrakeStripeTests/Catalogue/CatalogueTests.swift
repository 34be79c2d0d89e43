import Testing

@testable import KeybrakeStripe

@Suite("Catalogue")
struct CatalogueTests {
    private let catalogue = Catalogue.shared

    private func count(_ isCounted: (Operation) -> Bool) -> Int {
        catalogue.operations.count(where: isCounted)
    }

    @Test("holds every operation of the API version")
    func operations() {
        #expect(catalogue.apiVersion == "2026-05-27.dahlia")
        #expect(catalogue.specHash == "626ff2c3a5a725a29f7518cec27c2ce7f0547f735fda824e8f7a9fc071c47ea9")
        #expect(catalogue.operations.count == 619)
        #expect(catalogue.operations.map(\.index) == Array(0..<619))
        #expect(count { $0.verb == .get } == 274)
        #expect(count { $0.verb == .post } == 311)
        #expect(count { $0.verb == .delete } == 34)
        #expect(count(\.isWrite) == 345)
        #expect(count { $0.pathTemplate.hasPrefix("/v2/") } == 32)
        #expect(count { $0.pathTemplate.hasPrefix("/v1/test_helpers/") } == 44)
        #expect(count(\.acceptsExpand) == 561)
        #expect(count(\.isDeprecated) == 6)
    }

    @Test("knows how each body travels")
    func bodies() {
        #expect(count { $0.bodyEncoding == .none } == 312)
        #expect(count { $0.bodyEncoding == .form } == 292)
        #expect(count { $0.bodyEncoding == .json } == 14)
        #expect(count { $0.bodyEncoding == .multipart } == 1)
        #expect(catalogue.operation(named: "POST /v1/files")?.bodyEncoding.mediaType == "multipart/form-data")
    }

    @Test("classes every writing operation, and reads as reads")
    func moneyClasses() {
        let expected: [MoneyClass: Int] = [
            .read: 274, .charge: 34, .capture: 2, .authorise: 1, .liability: 18, .refund: 8, .credit: 2, .writeoff: 5,
            .outflow: 14, .inflow: 4, .release: 14, .fee: 7, .lever: 14, .record: 7, .capability: 46, .plainWrite: 82,
            .delete: 25, .testHelper: 42, .v2: 20,
        ]
        for moneyClass in MoneyClass.allCases {
            #expect(count { $0.moneyClass == moneyClass } == expected[moneyClass], "\(moneyClass)")
        }
        #expect(catalogue.operations.allSatisfy { ($0.verb == .get) == ($0.moneyClass == .read) })
        #expect(count { $0.moneyClass.mustBeNamed } == 66)
    }

    @Test("says what each operation does")
    func actions() {
        func action(_ name: String) -> OperationAction? { catalogue.operation(named: name)?.action }
        #expect(count { $0.action.form == .list } == 127)
        #expect(count { $0.action.form == .search } == 7)
        #expect(count { $0.action.form == .delete } == 34)
        #expect(action("POST /v1/charges") == OperationAction(form: .create, resource: "charge"))
        #expect(action("GET /v1/charges") == OperationAction(form: .list, resource: "charge"))
        #expect(action("GET /v1/charges/search") == OperationAction(form: .search, resource: "charge"))
        #expect(action("POST /v1/charges/{charge}/capture") == OperationAction(form: .action, resource: "charge"))
        #expect(action("DELETE /v1/customers/{customer}") == OperationAction(form: .delete, resource: "customer"))
        #expect(action("POST /v1/balance_settings") == OperationAction(form: .update, resource: "balance_settings"))
        #expect(action("GET /v1/quotes/{quote}/pdf") == OperationAction(form: .action, resource: nil))
        let known = catalogue.operations.compactMap(\.action.resource)
        #expect(known.allSatisfy { catalogue.resource($0) != nil })
        #expect(count { $0.action.resource == nil } == 2)
    }

    @Test("finds every operation by its path, name and ID")
    func lookUp() {
        for operation in catalogue.operations {
            var path = operation.pathTemplate
            for name in operation.pathParameterNames { path.replace("{\(name)}", with: "x_1", maxReplacements: 1) }
            let match = catalogue.operation(verb: operation.verb, path: path)
            #expect(match?.operation === operation)
            #expect(match?.pathParameters.map(\.name) == operation.pathParameterNames)
            #expect(match?.canonicalPath == path)
            #expect(catalogue.operation(named: operation.name) === operation)
            #expect(catalogue.operation(id: operation.id) === operation)
        }
        #expect(catalogue.operation(named: "PUT /v1/charges") == nil)
        #expect(catalogue.operation(id: "PutCharges") == nil)
    }

    @Test("tells what status 200 answers with")
    func responses() {
        func response(_ name: String) -> ResponseShape? { catalogue.operation(named: name)?.responseShape() }
        #expect(response("POST /v1/charges") == .resource("charge"))
        #expect(response("DELETE /v1/coupons/{coupon}") == .deleted("deleted_coupon"))
        #expect(response("GET /v1/customers/{customer}") == .oneOf(["customer", "deleted_customer"]))
        #expect(response("GET /v1/quotes/{quote}/pdf") == .binary)
        #expect(
            response("GET /v1/charges")
                == .list(ListShape(element: .resource("charge"), path: "/v1/charges", isSearch: false)))
        #expect(
            response("GET /v1/billing/meters/{id}/event_summaries")
                == .list(
                    ListShape(
                        element: .resource("billing.meter_event_summary"), path: "/v1/billing/meters/*/event_summaries",
                        isSearch: false)))
        #expect(
            response("GET /v1/charges/search")
                == .list(ListShape(element: .resource("charge"), path: nil, isSearch: true)))
        #expect(
            response("GET /v2/core/events")
                == .list(ListShape(element: .resource("v2.core.event"), path: nil, isSearch: false)))
        for operation in catalogue.operations {
            let isList = if case .list = operation.responseShape() { true } else { false }
            #expect(isList == [.list, .search].contains(operation.action.form), "\(operation)")
        }
    }

    @Test("knows the hosts beside the main one")
    func hosts() {
        let others = catalogue.operations.filter { $0.host != "api.stripe.com" }.map { "\($0) \($0.host)" }
        #expect(
            others == [
                "POST /v1/files files.stripe.com", "GET /v1/quotes/{quote}/pdf files.stripe.com",
                "POST /v2/billing/meter_event_stream meter-events.stripe.com",
            ])
    }
}
