internal import KeybrakeStripe

/// Expansion in an answer that is made up: what was asked for is made up too, also where an object would have `null`.
extension Expansion {
    /// Stands for every member that can be expanded.
    static let everything = "*"

    func exemplified(_ value: JSONValue, _ filler: inout ShapeFiller) -> JSONValue {
        var value = value
        for path in paths { Self.exemplify(&value, path[...], type, &filler) }
        return value
    }

    private static func exemplify(
        _ value: inout JSONValue, _ path: ArraySlice<String>, _ type: TypeShape, _ filler: inout ShapeFiller
    ) {
        if case .array(let element) = type {
            // A list that has nothing in it gets the one element that is to be expanded.
            var elements = value.arrayValue ?? []
            if elements.isEmpty { elements = [made(element, instead: .null, &filler)] }
            for index in elements.indices { exemplify(&elements[index], path, element, &filler) }
            value = .array(elements)
            return
        }
        if value.objectValue == nil { value = made(type, instead: value, &filler) }
        guard let name = path.first, case .object(var object) = value,
            let shape = ExpansionShape.object(of: type, named: object.text("object"))
        else { return }
        for field in shape.fields where name == field.name || name == everything && field.isExpandable {
            var member = object[field.name] ?? .null
            exemplify(&member, path.dropFirst(), field.type, &filler)
            object[field.name] = member
        }
        value = .object(object)
    }

    /// The object that an id names, or one where there is none.
    private static func made(_ type: TypeShape, instead value: JSONValue, _ filler: inout ShapeFiller) -> JSONValue {
        let resource = type.resources.first
        var made = resource.map { .object(filler.object(ofResource: $0)) } ?? filler.value(of: type)
        if let id = value.stringValue, !id.isEmpty, case .object(var object) = made, object["id"] != nil {
            object.set("id", id)
            made = .object(object)
        }
        return made
    }
}
