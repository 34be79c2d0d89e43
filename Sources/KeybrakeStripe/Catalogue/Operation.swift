/// One operation of Stripe's API. A cheap reference to an entry of the catalogue; equal only to itself.
package final class Operation: Sendable {
    /// The place in ``Catalogue/operations``.
    package let index: Int
    /// The method by which it is called.
    package let verb: Verb
    /// The path with its parameters in braces, such as `/v1/charges/{charge}/capture`.
    package let pathTemplate: String
    /// The operation's name in policies, audit rows and cassettes, such as `POST /v1/charges/{charge}/capture`.
    package let name: String
    /// Stripe's own name of the operation, such as `PostChargesChargeCapture`.
    package let id: String
    /// How the body travels.
    package let bodyEncoding: BodyEncoding
    /// What it does to which resource.
    package let action: OperationAction
    /// What it does with money; `read` for every GET.
    package let moneyClass: MoneyClass
    /// The cap that it counts against.
    package let meter: Meter
    /// Where the request says how much money it is about.
    package let amountRule: AmountRule
    /// The query of GET and DELETE, the body of POST. Nothing beside these names is accepted at the top level.
    package let parameters: ObjectShape
    /// What status 200 answers with. A binary string for the PDF of a quote.
    package let response: TypeShape
    /// The host that serves the operation, such as `api.stripe.com` or `files.stripe.com`.
    package let host: String
    /// Whether Stripe advises against using it.
    package let isDeprecated: Bool
    /// The names in braces, in the order of the path.
    package let pathParameterNames: [String]

    init(_ line: OperationLine, index: Int) {
        self.index = index
        verb = line.verb
        pathTemplate = line.path
        name = "\(line.verb.text) \(line.path)"
        id = line.id
        bodyEncoding = line.bodyEncoding
        action = line.action
        moneyClass = line.moneyClass
        meter = line.meter
        amountRule = line.amountRule
        parameters = line.parameters
        response = line.response
        host = line.host
        isDeprecated = line.isDeprecated
        pathParameterNames = line.path.utf8.split(separator: UInt8(ascii: "/"))
            .filter { $0.first == UInt8(ascii: "{") }
            .map { String(decoding: $0.dropFirst().dropLast(), as: UTF8.self) }
    }

    /// Whether it can change anything: every POST and DELETE.
    package var isWrite: Bool { verb != .get }

    /// Whether a request may ask to expand members of the answer.
    package var acceptsExpand: Bool { parameters.field("expand") != nil }
}

extension Operation: Hashable {
    package static func == (left: Operation, right: Operation) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(index) }
}

extension Operation: CustomStringConvertible {
    package var description: String { name }
}
