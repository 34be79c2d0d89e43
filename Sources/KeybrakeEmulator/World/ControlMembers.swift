internal import KeybrakeStripe

/// The members of a control request's JSON object. Names that are not known are refused, so that a slip never passes
/// for a wish that was heard.
struct ControlMembers {
    static let textBytesMax = 512

    private let object: JSONObject
    private let what: String

    /// - Parameters:
    ///   - what: how messages call the object, such as `a fault rule`.
    ///   - names: all members that it may have.
    /// - Throws: when it is no object, or has a member twice or of another name.
    init(_ value: JSONValue, of what: String, names: [String]) throws(EmulatorHost.Failure) {
        self.what = what
        guard case .object(let object) = value else {
            throw EmulatorHost.Failure(description: "\(what) is a JSON object")
        }
        if let name = value.repeatedName {
            throw EmulatorHost.Failure(description: "\(what) has `\(name.prefix(40))` twice")
        }
        self.object = object
        for member in object.members where !names.contains(member.name) {
            let guess = NearestName.of(member.name, among: names).map { "; did you mean `\($0)`?" } ?? ""
            throw EmulatorHost.Failure(description: "\(what) has no `\(member.name.prefix(40))`\(guess)")
        }
    }

    func has(_ name: String) -> Bool { object[name] != nil }

    func value(_ name: String) -> JSONValue? { object[name] }

    /// A text that is not empty.
    func text(_ name: String) throws(EmulatorHost.Failure) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.stringValue, !text.isEmpty, text.utf8.count <= Self.textBytesMax else {
            throw failure(name, "is a text of 1 to \(Self.textBytesMax) bytes")
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(EmulatorHost.Failure) -> Int? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let number = value.integerValue.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            throw failure(name, "is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag(_ name: String) throws(EmulatorHost.Failure) -> Bool? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let truth = value.boolValue else { throw failure(name, "is true or false") }
        return truth
    }

    /// An error about one member.
    func failure(_ name: String, _ reason: String) -> EmulatorHost.Failure {
        EmulatorHost.Failure(description: "`\(name)` of \(what) \(reason)")
    }
}
