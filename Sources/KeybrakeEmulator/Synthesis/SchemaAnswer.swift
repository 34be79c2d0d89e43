internal import KeybrakeStripe

/// An answer that is made up from the shape alone: right fields, right types, nothing remembered.
///
/// In a lenient world it is an example, as clients' own test suites expect it: lists have an element, and what is
/// asked to be expanded is there.
enum SchemaAnswer {
    static func body(_ call: Call, _ expansion: Expansion, _ account: inout Account) -> [UInt8] {
        let isLenient = account.configuration.isLenient
        let type = isLenient ? exemplaryType(call) : call.operation.response
        if case .string = type { return isLenient ? PlainDocument.example : PlainDocument.pdf }
        var maker = ShapeFiller(now: call.now, ids: account.ids, isExample: isLenient)
        maker.namedID = namedID(call)
        maker.nextID = answeredID(call)
        let value = maker.value(of: type)
        account.ids = maker.ids
        guard case .object(var object) = value else { return JSONWriter.bytes(value) }
        if object.text("object") == "list", object["url"] != nil { object.set("url", call.path(of: call.operation)) }
        if let shape = ExpansionShape.object(of: type, named: object.text("object")) {
            SynthesisDefaults.complete(&object, shape)
            object = FormMerge.echoed(call.form, in: object, shape, &account, now: call.now)
        }
        guard isLenient else { return object.bytes }
        showOwner(in: &object, call)
        maker.ids = account.ids
        let expanded = expansion.exemplified(.object(object), &maker)
        account.ids = maker.ids
        return JSONWriter.bytes(expanded)
    }

    /// Of what a deletion may answer with, the note that the object is gone; a source is let go of, not deleted.
    private static func exemplaryType(_ call: Call) -> TypeShape {
        let type = call.operation.response
        guard call.operation.verb == .delete, case .anyOf(let alternatives) = type,
            call.path.last?.value.hasPrefix("src_") != true
        else { return type }
        return alternatives.first { $0.resources.contains { $0.hasPrefix("deleted_") } } ?? type
    }

    /// The id that tells which of several resources is meant: the path's, or that of the token to be turned into one.
    private static func namedID(_ call: Call) -> String? {
        let given = call.form.given("source") ?? call.form.given("external_account")
        guard let token = given else { return call.path.last?.value }
        return token.hasPrefix("btok_") ? "ba_" : token.hasPrefix("tok_") ? "card_" : token
    }

    /// The owner that the path names is the owner of what is answered.
    private static func showOwner(in object: inout JSONObject, _ call: Call) {
        guard let plan = SynthesisPlan(call.operation), let member = plan.ownerMember else { return }
        let owner = call.pathValue(plan.owners.count - 1)
        if object[member] != nil { object.set(member, owner) }
        guard var elements = object["data"]?.arrayValue else { return }
        for index in elements.indices {
            guard case .object(var element) = elements[index], element[member] != nil else { continue }
            element.set(member, owner)
            elements[index] = .object(element)
        }
        object["data"] = .array(elements)
    }

    /// The id that the path gives to what is answered.
    private static func answeredID(_ call: Call) -> String? {
        let form = call.operation.action.form
        guard form != .create, form == .action || call.operation.pathTemplate.hasSuffix("}") else { return nil }
        return call.path.last?.value
    }
}
