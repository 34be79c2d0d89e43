/// One parameter, or one member of an answer.
package struct FieldShape: Sendable {
    /// The name on the wire, without brackets.
    package let name: String
    /// The type, apart from what the marks below allow beside it.
    package let type: TypeShape
    /// Of a parameter: it must be sent. Of a member: it is always there.
    package let isRequired: Bool
    /// Whether `null` is allowed.
    package let isNullable: Bool
    /// Whether the empty string is allowed beside the type. In a parameter it unsets the value.
    package let acceptsEmpty: Bool
}

extension FieldShape {
    /// Whether the member holds IDs that `expand` turns into objects.
    package var isExpandable: Bool {
        switch type {
        case .expandable, .array(of: .expandable): true
        default: false
        }
    }

    /// Whether the member is an object or a list that an answer may leave out until `expand` names it.
    ///
    /// Stripe's document does not tell these from members that are missing for another reason.
    package var mayBeIncluded: Bool {
        switch type {
        case .resource: !isRequired
        case .object(let shape): !isRequired && shape.list != nil
        default: false
        }
    }
}
