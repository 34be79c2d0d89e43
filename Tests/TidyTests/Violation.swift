/// A place in the repository that breaks a house rule, printed as `path:line: message`.
struct Violation: CustomStringConvertible, Equatable {
    var path: String
    var line: Int
    var message: String

    var description: String { "\(path):\(line): \(message)" }
}
