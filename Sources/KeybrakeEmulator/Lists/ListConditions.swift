internal import KeybrakeStripe

/// The filters of a list, read off the members that objects have.
struct ListConditions: Sendable {
    private let conditions: [(path: String, value: FormValue)]

    /// - Parameter shape: the shape of the listed objects; parameters that have no member there do not narrow.
    init(_ form: FormMap, _ shape: ObjectShape) {
        conditions = form.fields.compactMap { field in
            guard !Self.paging.contains(field.name), field.value.text != "" else { return nil }
            if shape.field(field.name) != nil { return (field.name, field.value) }
            let singular = field.name.hasSuffix("s") ? String(field.name.dropLast()) : field.name
            guard shape.field(singular) != nil else { return nil }
            return (singular, field.value)
        }
    }

    /// The filters that mean the same in every list, and that no family needs to read for itself.
    init(common form: FormMap) {
        conditions = Self.common.compactMap { name in
            guard let value = form[name], value.text != "" else { return nil }
            return (name, value)
        }
    }

    private static let common = [
        "allow_redisplay", "attach_to_self", "automatic_tax", "customer_account", "due_date",
    ]

    var isEmpty: Bool { conditions.isEmpty }

    /// The ids by which a list can be narrowed without a scan.
    func texts(of members: [String]) -> [(member: String, value: String?)] {
        conditions.compactMap { condition in
            guard members.contains(condition.path), let text = condition.value.text else { return nil }
            return (condition.path, text)
        }
    }

    func fit(_ object: StoredObject) -> Bool {
        guard !conditions.isEmpty else { return true }
        let tree = object.tree
        return conditions.allSatisfy { Self.fits(tree[$0.path], $0.value) }
    }

    private static let paging: Set<String> = [
        "limit", "starting_after", "ending_before", "created", "expand", "include", "page", "query",
    ]

    private static func fits(_ value: JSONValue?, _ wanted: FormValue) -> Bool {
        switch wanted {
        case .text(let text): return fits(value ?? .null, text)
        case .list(let alternatives): return alternatives.contains { fits(value, $0) }
        case .map(let map):
            if let number = value?.integerValue { return isInside(number, map) }
            return map.fields.allSatisfy { fits(value?[$0.name], $0.value) }
        }
    }

    private static func fits(_ value: JSONValue, _ text: String) -> Bool {
        switch value {
        case .string(let own): own == text || text == "all"
        case .bool(let truth): text == (truth ? "true" : "false")
        case .integer(let number): Int64(text) == number
        case .object(let object): object.text("id") == text
        case .array(let elements): elements.contains { fits($0, text) }
        // What is not there is not so.
        case .null: text == "false"
        default: false
        }
    }

    private static func isInside(_ number: Int64, _ bounds: FormMap) -> Bool {
        bounds.fields.allSatisfy { bound in
            guard let limit = bound.value.text.flatMap({ Int64($0) }) else { return false }
            return switch bound.name {
            case "gt": number > limit
            case "gte": number >= limit
            case "lt": number < limit
            case "lte": number <= limit
            default: false
            }
        }
    }
}
