internal import KeybrakeStripe

extension JSONValue {
    /// Whether an object anywhere in the value names a member twice: two readers may take different ones.
    var repeatsMember: Bool {
        switch self {
        case .null, .bool, .integer, .numeral, .string: false
        case .array(let elements): elements.contains { $0.repeatsMember }
        case .object(let object):
            Set(object.members.map(\.name)).count < object.members.count
                || object.members.contains { $0.value.repeatsMember }
        }
    }
}
