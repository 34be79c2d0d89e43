internal import KeybrakeStripe

/// An answer that is made up from the shape alone: right fields, right types, nothing remembered.
enum SchemaAnswer {
    static func body(_ call: Call, _ account: inout Account) -> [UInt8] {
        let type = call.operation.response
        if case .string = type { return PlainDocument.pdf }
        var maker = ShapeFiller(now: call.now, ids: account.ids)
        let value = maker.value(of: type)
        account.ids = maker.ids
        guard case .object(var object) = value else { return JSONWriter.bytes(value) }
        name(&object, call)
        if let shape = ExpansionShape.object(of: type, named: object.text("object")) {
            SynthesisDefaults.complete(&object, shape)
            object = FormMerge.echoed(call.form, in: object, shape, &account, now: call.now)
        }
        return object.bytes
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
            object.set("url", call.path(of: call.operation))
        }
    }
}
