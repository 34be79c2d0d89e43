/// A named type of answers: `charge`, `checkout.session`, or a part of one such as `payment_intent_next_action`.
package struct ResourceShape: Sendable {
    /// The name of the schema, by which types refer to it.
    package let name: String
    /// An object, or for `external_account`, `payment_source` and their deleted forms a union of resources.
    package let type: TypeShape

    /// The members; `nil` for a union.
    package var object: ObjectShape? { type.object }

    /// The value of the `object` member (`charge`); `nil` for parts, which have none, and for unions.
    package var objectName: String? { object?.objectName }

    /// Whether objects of this type only say that another object is gone.
    package var isDeleted: Bool { object?.field("deleted")?.type == .alwaysTrue }
}
