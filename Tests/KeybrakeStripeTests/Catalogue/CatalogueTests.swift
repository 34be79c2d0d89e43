import Testing

@testable import KeybrakeStripe

@Suite("Catalogue")
struct CatalogueTests {
    let catalogue = Catalogue.shared

    @Test("holds every operation of the API version")
    func counts() {
        let operations = catalogue.operations
        #expect(catalogue.apiVersion == "2026-05-27.dahlia")
        #expect(operations.count == 619)
        #expect(operations.filter(\.isWrite).count == 345)
        #expect(operations.filter { $0.moneyClass == .capability }.count == 46)
        #expect(operations.filter { $0.action.form == .search }.count == 7)
        #expect(operations.filter { $0.action.form == .list }.count == 127)
        #expect(operations.filter(\.acceptsExpand).count == 561)
    }

    @Test("finds every operation by its own path", arguments: Catalogue.shared.operations)
    func routesToItself(operation: Operation) {
        var path = operation.pathTemplate
        for name in operation.pathParameterNames { path.replace("{\(name)}", with: "x_1", maxReplacements: 1) }
        let match = catalogue.operation(verb: operation.verb, path: path)
        #expect(match?.operation === operation)
        #expect(match?.pathParameters.map(\.name) == operation.pathParameterNames)
        #expect(match?.canonicalPath == path)
        #expect(catalogue.operation(named: operation.name) === operation)
        #expect(catalogue.operation(id: operation.id) === operation)
    }
}
