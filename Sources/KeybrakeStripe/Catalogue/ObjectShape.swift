/// The named parameters or members of an object, in the order of Stripe's document. Equal shapes are one.
package final class ObjectShape: Sendable {
    /// The fields; their names are unique.
    package let fields: [FieldShape]
    /// The place in the catalogue's table.
    let number: Int
    private let places: [String: Int]

    /// Above this many fields a hash table is faster than looking at one name after the other.
    private static let scannedMax = 12

    init(number: Int, fields: [FieldShape]) {
        self.number = number
        self.fields = fields
        let named = fields.count > Self.scannedMax ? fields.enumerated().map { ($1.name, $0) } : []
        places = Dictionary(named) { first, _ in first }
    }

    /// The field of that name, or `nil` when there is none.
    package func field(_ name: String) -> FieldShape? {
        guard fields.count > Self.scannedMax else { return fields.first { $0.name == name } }
        return places[name].map { fields[$0] }
    }

    /// The field that a bracket path such as `["transfer_data", "amount"]` leads to.
    package func field(at path: [String]) -> FieldShape? {
        guard let name = path.first, let field = field(name) else { return nil }
        return path.count == 1 ? field : field.type.object?.field(at: Array(path.dropFirst()))
    }

    /// The value of the `object` member that tells what an answer is, such as `charge` or `list`.
    package var objectName: String? {
        guard case .enumeration(let words)? = field("object")?.type, words.values.count == 1 else { return nil }
        return words.values[0]
    }
}

extension ObjectShape: Equatable {
    package static func == (left: ObjectShape, right: ObjectShape) -> Bool { left === right }
}
