internal import KeybrakeStripe

/// An answer that is made up from the shape alone: right fields, right types, nothing remembered.
enum SchemaAnswer {
    static func body(_ call: Call, _ ids: inout IDSource) -> [UInt8] {
        var maker = ShapeFiller(now: call.now, ids: ids)
        var value = maker.value(of: call.operation.response)
        ids = maker.ids
        if case .object(var object) = value {
            name(&object, call)
            echo(call.form, into: &object, call.operation.response)
            value = .object(object)
        }
        return JSONWriter.bytes(value)
    }

    /// What the path names is what is answered.
    private static func name(_ object: inout JSONObject, _ call: Call) {
        if object.text("id") != nil, call.operation.action.form != .create,
            call.operation.pathTemplate.hasSuffix("}") || call.operation.action.form == .action,
            let last = call.path.last
        {
            object.set("id", last.value)
        }
        if object.text("url") != nil, object.text("object") == "list" {
            object.set("url", path(call))
        }
    }

    private static func path(_ call: Call) -> String {
        var values = call.path.makeIterator()
        return call.operation.pathTemplate.split(separator: "/").reduce(into: "") { path, segment in
            path += "/" + (segment.hasPrefix("{") ? values.next()?.value ?? "" : String(segment))
        }
    }

    /// Plain values that were sent under the name of a member come back.
    private static func echo(_ form: FormMap, into object: inout JSONObject, _ type: TypeShape) {
        guard let shape = ExpansionShape.object(of: type, named: object.text("object")) else { return }
        for sent in form.fields where sent.name != "expand" && sent.name != "id" {
            guard let field = shape.field(sent.name), let value = TypedValue.read(sent.value, as: field.type) else {
                continue
            }
            object[sent.name] = value
        }
    }
}
