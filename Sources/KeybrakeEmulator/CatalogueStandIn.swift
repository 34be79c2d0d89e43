// Stands in until the catalogue is in KeybrakeStripe; removed with its arrival.
package enum Verb: UInt8, Sendable { case get, post, delete }
package struct Operation: Sendable {
    package let index: Int
    package let verb: Verb
    package let pathTemplate: String
    package var name: String { "\(verb) \(pathTemplate)" }
}
package struct OperationMatch: Sendable {
    package let operation: Operation
    package let pathParameters: [(name: String, value: String)]
    package init(operation: Operation, pathParameters: [(name: String, value: String)]) {
        self.operation = operation
        self.pathParameters = pathParameters
    }
}
