internal import KeybrakeStripe

/// The `expand` parameter: which ids of an answer are to be replaced by the objects that they name.
struct Expansion {
    static let depthMax = 4
    static let pathsMax = 20

    let paths: [[String]]
    let type: TypeShape

    /// Reads the parameter and checks it against the shape of the answer, before anything happens.
    ///
    /// - Parameters:
    ///   - takesEverything: `*` stands for every member that can be expanded.
    ///   - allowsOtherVersions: a path that is unknown may be known to another version of the API; it is passed over.
    init(
        _ value: FormValue?, of type: TypeShape, takesEverything: Bool = false, allowsOtherVersions: Bool = false
    ) throws(StripeError) {
        self.type = type
        guard let value, value.text != "" else {
            paths = []
            return
        }
        var paths: [[String]] = []
        for element in value.list ?? [value] {
            guard let text = element.text, !text.isEmpty else {
                throw .invalid("Invalid array", param: "expand")
            }
            // The number of all results is no object, and is asked for in the same way.
            if text == "total_count", ExpansionShape.object(of: type, named: nil)?.field(text) != nil { continue }
            let path = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            // The `data` of a list is no level of its own.
            guard path.count - (path.first == "data" ? 1 : 0) <= Self.depthMax else {
                throw .invalid(
                    "You cannot expand more than \(Self.depthMax) levels of a property. The property '\(text)' has "
                        + "\(path.count) levels.", param: "expand")
            }
            let isKnown = takesEverything && text == Self.everything || ExpansionShape.accepts(path[...], type)
            if !isKnown, allowsOtherVersions { continue }
            guard isKnown else {
                let hint =
                    ExpansionShape.accepts((["data"] + path)[...], type)
                    ? " You may want to try expanding 'data.\(text)' instead." : ""
                throw .invalid("This property cannot be expanded (\(text.prefix(200))).\(hint)", param: "expand")
            }
            paths.append(path)
        }
        guard paths.count <= Self.pathsMax else {
            throw .invalid("You cannot expand more than \(Self.pathsMax) properties.", param: "expand")
        }
        self.paths = paths
    }

    /// The bytes of a reply, expanded.
    func apply(to reply: Reply, in account: Account) -> [UInt8] {
        let plain =
            switch reply {
            case .stored(let kind, let id): account.store.object(kind, id: id)?.bytes ?? []
            case .object(let object): object.bytes
            case .bytes(let bytes): bytes
            case .page(let page): page.bytes
            }
        guard !paths.isEmpty, var value = try? JSONParser.parse(plain) else { return plain }
        for path in paths {
            expand(&value, path[...], type, account)
        }
        return JSONWriter.bytes(value)
    }

    private func expand(_ value: inout JSONValue, _ path: ArraySlice<String>, _ type: TypeShape, _ account: Account) {
        if case .array(var elements) = value {
            guard case .array(let element) = type else { return }
            for index in elements.indices { expand(&elements[index], path, element, account) }
            value = .array(elements)
            return
        }
        if case .string(let id) = value {
            guard let found = account.object(id, among: type.resources) else { return }
            value = .object(found)
        }
        guard let name = path.first, case .object(var object) = value,
            let shape = ExpansionShape.object(of: type, named: object.text("object")),
            let field = shape.field(name)
        else { return }
        if object[name] == nil {
            object[name] = IncludedLists.list(name, of: object, account) ?? IncludedTexts.text(name, of: object)
        }
        guard var member = object[name], !member.isNull else { return }
        // An id at the end of the path is replaced by the visit with the empty rest.
        expand(&member, path.dropFirst(), field.type, account)
        object[name] = member
        value = .object(object)
    }
}

/// Follows expansion paths through the catalogue's shapes.
enum ExpansionShape {
    /// Whether a path leads to something that can be expanded.
    static func accepts(_ path: ArraySlice<String>, _ type: TypeShape) -> Bool {
        guard let name = path.first else { return false }
        for shape in objects(of: type) {
            guard let field = shape.field(name) else { continue }
            let rest = path.dropFirst()
            if rest.isEmpty {
                // What a list holds is there anyway.
                if name == "data", shape.list != nil { continue }
                if field.isExpandable || field.mayBeIncluded || !field.type.resources.isEmpty { return true }
                if IncludedTexts.holds(name, shape.objectName) { return true }
            } else if accepts(rest, field.type) {
                return true
            }
        }
        return false
    }

    /// The shape of an object of that `object` name among those that a type allows.
    static func object(of type: TypeShape, named name: String?) -> ObjectShape? {
        let shapes = objects(of: type)
        return shapes.first { $0.objectName == name } ?? shapes.first
    }

    private static func objects(of type: TypeShape) -> [ObjectShape] {
        switch type {
        case .object(let shape): [shape]
        case .array(let element), .nullable(let element), .emptyOr(let element), .map(let element): objects(of: element)
        case .anyOf(let alternatives): alternatives.flatMap(objects)
        case .resource(let name): objects(ofResource: name)
        case .expandable(let names): names.flatMap(objects(ofResource:))
        default: []
        }
    }

    private static func objects(ofResource name: String) -> [ObjectShape] {
        guard let resource = Catalogue.shared.resource(name) else { return [] }
        if let object = resource.object { return [object] }
        return resource.type.resources.compactMap { Catalogue.shared.resource($0)?.object }
    }
}

extension Account {
    /// The object of that id, of whichever of the resources it is.
    func object(_ id: String, among resources: [String]) -> JSONObject? {
        for name in resources {
            if name == "account", let other = self.id == id ? self : neighbours[id] {
                return other.store.object(.account, id: id)?.tree
            }
            if let object = store.object(ObjectKind(name), id: id) { return object.tree }
        }
        // Where a payment method is meant there may be a card, and in unions there are only their parts' names.
        return store.object(.card, id: id)?.tree
    }
}
