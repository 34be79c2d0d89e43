internal import KeybrakeStripe

/// The `include` parameter of the second API: members that an answer leaves out unless they are asked for.
struct Inclusion {
    /// The words of the parameter, each the path of a member: `identity`, `configuration.merchant`.
    let includable: [String]
    let kind: ObjectKind

    /// The object as a call wants to see it. What is asked for and has no value yet is there, as plain as it can be.
    func shown(_ object: JSONObject, _ call: Call, _ account: Account) -> JSONObject {
        let wanted = Set(call.form["include"]?.list?.compactMap(\.text) ?? [])
        var shown = object
        var filler = ShapeFiller(now: call.now, ids: account.ids)
        for path in includable {
            let names = path.split(separator: ".").map(String.init)
            let isWanted = wanted.contains(path)
            shown = changed(shown, names[...], Catalogue.shared.resource(kind.name)?.object) { value, type in
                isWanted ? value ?? type.map { filler.value(of: $0) } : nil
            }
        }
        return shown
    }

    /// The object with the member at a path replaced; one that has nothing left in it is left out too.
    private func changed(
        _ object: JSONObject, _ path: ArraySlice<String>, _ shape: ObjectShape?,
        _ change: (JSONValue?, TypeShape?) -> JSONValue?
    ) -> JSONObject {
        guard let name = path.first else { return object }
        var object = object
        let field = shape?.field(name)
        if path.count == 1 {
            object[name] = change(object[name], field?.type)
            return object
        }
        let inner = ExpansionShape.object(of: field?.type ?? .any, named: nil)
        let rest = changed(object.object(name) ?? JSONObject(), path.dropFirst(), inner, change)
        object[name] = rest.isEmpty ? nil : .object(rest)
        return object
    }

    /// A reply with its object, or the objects of its page, as the call wants to see them.
    func shown(_ reply: Reply, _ call: Call, _ account: Account) -> Reply {
        switch reply {
        case .stored(let kind, let id):
            return .object(shown(account.store.object(kind, id: id)?.tree ?? JSONObject(), call, account))
        case .object(let object): return .object(shown(object, call, account))
        case .page(var page):
            page.elements = page.elements.map { bytes in
                guard let object = (try? JSONParser.parse(bytes))?.objectValue else { return bytes }
                return shown(object, call, account).bytes
            }
            return .page(page)
        case .bytes: return reply
        }
    }
}
