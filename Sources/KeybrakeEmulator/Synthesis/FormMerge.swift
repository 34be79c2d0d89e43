internal import KeybrakeStripe

/// Writes what was sent into an object, member by member, as the types of the object's shape say. What the shape does
/// not have stays out.
struct FormMerge {
    private var filler: ShapeFiller
    private let account: Account

    /// An object of that shape with the form's values in it.
    ///
    /// - Parameters:
    ///   - object: the object so far; `nil` to make one, with an id of its own.
    ///   - skipping: names that are handled elsewhere.
    static func merged(
        _ form: FormMap, into object: JSONObject?, _ plan: SynthesisPlan, skipping: Set<String> = [],
        _ account: inout Account, now: Int64
    ) throws(StripeError) -> JSONObject {
        let (merged, ids) = try FormMerge(account, now: now).run(form, into: object, plan, skipping)
        account.ids = ids
        return merged
    }

    /// An object with the form's values in it, for an answer that nobody remembers.
    static func echoed(
        _ form: FormMap, in object: JSONObject, _ shape: ObjectShape, _ account: inout Account, now: Int64
    )
        -> JSONObject
    {
        var merge = FormMerge(account, now: now)
        var echoed = object
        // Only metadata can be refused, and a made-up answer does without it then.
        try? merge.write(form, into: &echoed, shape, ["id"])
        account.ids = merge.filler.ids
        return echoed
    }

    private init(_ account: Account, now: Int64) {
        self.account = account
        filler = ShapeFiller(now: now, ids: account.ids)
    }

    // The copy of the account is let go of on return, so that the store can then be changed in place.
    private consuming func run(_ form: FormMap, into object: JSONObject?, _ plan: SynthesisPlan, _ skipped: Set<String>)
        throws(StripeError) -> (JSONObject, IDSource)
    {
        var merged: JSONObject
        if let object {
            merged = object
        } else {
            merged = filler.object(ofResource: plan.kind.name)
            SynthesisDefaults.complete(&merged, plan.shape)
        }
        try write(form, into: &merged, plan.shape, skipped)
        return (merged, filler.ids)
    }

    private mutating func write(
        _ form: FormMap, into object: inout JSONObject, _ shape: ObjectShape, _ skipped: Set<String> = []
    ) throws(StripeError) {
        for sent in form.fields where sent.name != "expand" && sent.name != "object" && !skipped.contains(sent.name) {
            guard let field = shape.field(sent.name) else { continue }
            if sent.name == "metadata" {
                object.set("metadata", try Metadata.merge(sent.value, into: object.object("metadata") ?? [:]))
            } else if sent.value.text == "" {
                unset(field, in: &object)
            } else if let value = try value(sent.value, field.type, old: object[sent.name]) {
                object[sent.name] = value
            }
        }
    }

    private mutating func unset(_ field: FieldShape, in object: inout JSONObject) {
        if field.isNullable {
            object[field.name] = .null
        } else if field.isRequired {
            object[field.name] = filler.value(of: field.type)
        } else {
            object[field.name] = nil
        }
    }

    private mutating func value(_ given: FormValue, _ type: TypeShape, old: JSONValue?) throws(StripeError)
        -> JSONValue?
    {
        switch type {
        case .enumeration(let words):
            guard let text = given.text, words.isOpen || words.values.contains(text) else { return nil }
            return .string(text)
        case .array(let element):
            guard let list = given.list ?? given.map.map({ _ in [given] }) else { return nil }
            return .array(try values(list, element))
        case .map(let element): return try map(given, element, old: old)
        case .object(let shape): return try object(given, type, shape, old: old)
        case .resource(let name):
            if let id = given.text { return embedded(id, name) }
            guard let shape = Catalogue.shared.resource(name)?.object else { return nil }
            return try object(given, type, shape, old: old)
        case .anyOf(let alternatives):
            for alternative in alternatives {
                if let value = try value(given, alternative, old: old) { return value }
            }
            return nil
        case .nullable(let inner), .emptyOr(let inner): return try value(given, inner, old: old)
        default: return TypedValue.read(given, as: type)
        }
    }

    private mutating func values(_ list: [FormValue], _ element: TypeShape) throws(StripeError) -> [JSONValue] {
        var values: [JSONValue] = []
        for item in list {
            if let value = try value(item, element, old: nil) { values.append(value) }
        }
        return values
    }

    private mutating func map(_ given: FormValue, _ element: TypeShape, old: JSONValue?) throws(StripeError)
        -> JSONValue?
    {
        guard let fields = given.map?.fields else { return nil }
        var object = old?.objectValue ?? JSONObject()
        for field in fields {
            object[field.name] = field.value.text == "" ? nil : try value(field.value, element, old: nil)
        }
        return .object(object)
    }

    private mutating func object(_ given: FormValue, _ type: TypeShape, _ shape: ObjectShape, old: JSONValue?)
        throws(StripeError) -> JSONValue?
    {
        var object = old?.objectValue ?? filler.value(of: type).objectValue ?? JSONObject()
        if let list = shape.list, let items = given.list {
            object["data"] = .array(try values(items, list.element))
            return .object(object)
        }
        guard let form = given.map else { return nil }
        if old?.objectValue == nil { SynthesisDefaults.complete(&object, shape) }
        try write(form, into: &object, shape)
        return .object(object)
    }

    /// The object that an id names, where answers show it whole.
    private mutating func embedded(_ id: String, _ name: String) -> JSONValue? {
        if let stored = account.store.object(ObjectKind(name), id: id) { return .object(stored.tree) }
        guard Catalogue.shared.resource(name)?.object.map(SynthesisPath.hasID) == true else { return nil }
        var object = filler.object(ofResource: name)
        object.set("id", id)
        return .object(object)
    }
}
