import Testing

@testable import KeybrakeStripe

@Suite("Shapes of parameters and resources")
struct ShapeTests {
    private let catalogue = Catalogue.shared

    private func parameters(_ name: String) throws -> ObjectShape {
        try #require(catalogue.operation(named: name)).parameters
    }

    @Test("hold every parameter to its full depth")
    func depth() {
        let posts = catalogue.operations.filter { $0.verb == .post }
        #expect(posts.map(\.parameters.fields.count).reduce(0, +) == 2_301)
        #expect(posts.map { ShapeWalk.leaves(of: .object($0.parameters)) }.reduce(0, +) == 8_075)
    }

    @Test("tell requirement, type, limits and words of a parameter")
    func parameter() throws {
        let intent = try parameters("POST /v1/payment_intents")
        #expect(intent.field("amount")?.type == .integer)
        #expect(intent.field("amount")?.isRequired == true)
        #expect(intent.field("customer")?.isRequired == false)
        #expect(intent.field("customer")?.type == .string(StringShape(format: nil, lengthMax: 5_000)))
        #expect(intent.field("currency")?.type == .string(StringShape(format: .currency, lengthMax: nil)))
        #expect(intent.field("statement_descriptor")?.type == .string(StringShape(format: nil, lengthMax: 22)))
        #expect(intent.field("metadata")?.type == .map(of: .string(StringShape(format: nil, lengthMax: nil))))
        #expect(intent.field("nothing") == nil)
        guard case .enumeration(let words)? = intent.field("capture_method")?.type else {
            Issue.record("capture_method is no enumeration")
            return
        }
        #expect(words.values == ["automatic", "automatic_async", "manual"])
        #expect(!words.isOpen)
    }

    @Test("tell which parameters the empty string unsets")
    func emptyString() throws {
        let customer = try parameters("POST /v1/customers")
        #expect(customer.field("metadata")?.acceptsEmpty == true)
        #expect(customer.field("shipping")?.acceptsEmpty == true)
        #expect(customer.field("email")?.acceptsEmpty == false)
        #expect(customer.field("tax_exempt")?.acceptsEmpty == true)
    }

    @Test("lead along bracket paths")
    func paths() throws {
        let grant = try parameters("POST /v1/billing/credit_grants")
        #expect(grant.field(at: ["amount", "monetary", "value"])?.type == .integer)
        #expect(grant.field(at: ["amount", "nothing", "value"]) == nil)
        #expect(grant.field(at: ["name", "x"]) == nil)
        #expect(grant.field(at: []) == nil)
    }

    @Test("find each field of each object, and only those")
    func fields() throws {
        for operation in catalogue.operations {
            for field in operation.parameters.fields {
                #expect(operation.parameters.field(field.name)?.name == field.name)
            }
            #expect(operation.parameters.field("no_such_parameter") == nil)
        }
    }

    @Test("tell what a member of a resource is, and what it expands to")
    func resource() throws {
        let charge = try #require(catalogue.resource("charge"))
        #expect(charge.objectName == "charge")
        #expect(!charge.isDeleted)
        #expect(charge.object?.field("id")?.isRequired == true)
        #expect(charge.object?.field("created")?.type == .unixTime)
        #expect(charge.object?.field("description")?.isNullable == true)
        #expect(charge.object?.field("amount")?.isNullable == false)
        let customer = try #require(charge.object?.field("customer"))
        #expect(customer.isExpandable && customer.isNullable)
        #expect(customer.type == .expandable(["customer", "deleted_customer"]))
        #expect(charge.object?.field("billing_details")?.type == .resource("billing_details"))
        let refunds = try #require(charge.object?.field("refunds"))
        #expect(refunds.mayBeIncluded && !refunds.isExpandable)
        #expect(refunds.type.object?.list?.element == .resource("refund"))
    }

    @Test("tell unions and deleted objects")
    func unions() throws {
        let source = try #require(catalogue.resource("payment_source"))
        #expect(source.object == nil)
        #expect(source.type.resources == ["account", "bank_account", "card", "source"])
        let deleted = try #require(catalogue.resource("deleted_customer"))
        #expect(deleted.isDeleted)
        #expect(deleted.objectName == "customer")
    }

    @Test("refer to no resource that the catalogue lacks")
    func references() {
        var missing: Set<String> = []
        for type in catalogue.resources.map(\.type) + catalogue.operations.map(\.response) {
            for name in ShapeWalk.references(of: type) where catalogue.resource(name) == nil { missing.insert(name) }
        }
        #expect(missing.isEmpty)
        #expect(catalogue.resources.count > 1_400)
    }
}

/// Looks at every place of a type, without following references.
private enum ShapeWalk {
    static func leaves(of type: TypeShape) -> Int {
        switch type {
        case .object(let shape): shape.fields.map { leaves(of: $0.type) }.reduce(0, +)
        case .array(let inner), .map(let inner), .nullable(let inner), .emptyOr(let inner): leaves(of: inner)
        case .anyOf(let types): types.map { leaves(of: $0) }.reduce(0, +)
        default: 1
        }
    }

    static func references(of type: TypeShape) -> [String] {
        switch type {
        case .object(let shape): shape.fields.flatMap { references(of: $0.type) }
        case .array(let inner), .map(let inner), .nullable(let inner), .emptyOr(let inner): references(of: inner)
        case .anyOf(let types): types.flatMap { references(of: $0) }
        default: type.resources
        }
    }
}
