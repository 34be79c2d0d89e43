/// An operation found by its path, with what the path says.
package struct OperationMatch: Sendable {
    /// The operation of the path and the method.
    package let operation: Operation
    /// The values in the place of the braces, decoded, in the order of the path.
    package let pathParameters: [(name: String, value: String)]

    package init(operation: Operation, pathParameters: [(name: String, value: String)]) {
        self.operation = operation
        self.pathParameters = pathParameters
    }

    /// The value of a path parameter.
    package func value(_ name: String) -> String? {
        pathParameters.first { $0.name == name }?.value
    }

    /// The path written anew from what was understood, with everything escaped but letters, digits and `-._~`.
    package var canonicalPath: String {
        var bytes: [UInt8] = []
        var values = pathParameters.makeIterator()
        for segment in operation.pathTemplate.utf8.split(separator: UInt8(ascii: "/")) {
            bytes.append(UInt8(ascii: "/"))
            if segment.first == UInt8(ascii: "{"), let next = values.next() {
                FormEncoder.escape(next.value, into: &bytes)
            } else {
                bytes.append(contentsOf: segment)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
