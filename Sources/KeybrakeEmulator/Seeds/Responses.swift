internal import KeybrakeStripe

/// The objects in the bodies of recorded answers: whole answers, the elements of lists, what errors carry, and what is
/// expanded in any of them.
enum Responses {
    /// The objects of a body, those inside others first; objects name each other by id.
    static func objects(in body: JSONValue) -> [JSONObject] {
        var found: [JSONObject] = []
        collect(body, &found)
        return found
    }

    private static func collect(_ body: JSONValue, _ found: inout [JSONObject]) {
        guard let object = body.objectValue else { return }
        if let error = object.object("error") {
            for member in error.members where member.value.objectValue != nil { collect(member.value, &found) }
            return
        }
        if let elements = object["data"]?.arrayValue, object.text("id") == nil {
            for element in elements { collect(element, &found) }
            return
        }
        guard object.text("id") != nil, let kind = object.text("object") else { return }
        found.append(collapsed(object, shape: Catalogue.shared.resource(kind)?.object, &found))
    }

    /// The object with ids in the place of what is expanded in it.
    private static func collapsed(_ object: JSONObject, shape: ObjectShape?, _ found: inout [JSONObject]) -> JSONObject
    {
        var collapsed = JSONObject()
        for member in object.members {
            guard let inner = member.value.objectValue, let id = inner.text("id"), inner.text("object") != nil,
                isExpandable(shape?.field(member.name)?.type)
            else {
                collapsed.append(member.name, member.value)
                continue
            }
            collect(member.value, &found)
            collapsed.append(member.name, .string(id))
        }
        return collapsed
    }

    private static func isExpandable(_ type: TypeShape?) -> Bool {
        switch type {
        case .expandable?: true
        case .nullable(let inner)?: isExpandable(inner)
        default: false
        }
    }
}
