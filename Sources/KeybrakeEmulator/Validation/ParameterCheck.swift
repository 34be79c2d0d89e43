internal import KeybrakeStripe

/// Checks a form against the parameters that the catalogue knows, to their full depth, with Stripe's own errors.
struct ParameterCheck {
    /// Whether names and words that the catalogue does not have may be those of another version of the API.
    var allowsOtherVersions = false
    /// How members inside an object are named in `param`: `a[b]` in forms, `a.b` in JSON.
    var notation = Notation.brackets

    /// The two ways to write the path of a parameter.
    enum Notation {
        case brackets
        case dots
    }

    /// - Parameter answer: what the operation answers with: a text that may be `null` there may be unset here.
    func check(_ form: FormMap, against shape: ObjectShape, answer: TypeShape) throws(StripeError) {
        let answered = ExpansionShape.object(of: answer, named: nil)
        for field in form.fields where field.value.text == "" {
            guard let known = shape.field(field.name), !Self.takesEmpty(known), !Self.unsets(known, answered) else {
                continue
            }
            throw Self.empty(field.name)
        }
        try check(form, shape, path: "")
    }

    private func check(_ form: FormMap, _ shape: ObjectShape, path: String) throws(StripeError) {
        for field in form.fields {
            if let known = shape.field(field.name) {
                try check(field.value, known, path: join(path, field.name))
            } else if !allowsOtherVersions {
                throw unknown(field.name, shape, path: path)
            }
        }
        for field in shape.fields where field.isRequired && form[field.name] == nil {
            throw .parameterMissing(join(path, field.name))
        }
    }

    private func check(_ value: FormValue, _ field: FieldShape, path: String) throws(StripeError) {
        if value.text == "" {
            // At the top level that was judged already; inside, a text may always be emptied.
            if !isNested(path), case .string = field.type { return }
            guard Self.takesEmpty(field) || Self.isFreeText(field.type) else { throw Self.empty(path) }
            return
        }
        try check(value, field.type, path: path)
    }

    private func check(_ value: FormValue, _ type: TypeShape, path: String) throws(StripeError) {
        switch type {
        case .any: return
        case .boolean, .alwaysTrue, .integer, .unixTime, .number, .string, .enumeration:
            guard let text = value.text else { throw Self.container(value, insteadOf: type, path: path) }
            if allowsOtherVersions, case .enumeration = type { return }
            try ScalarCheck.check(text, type, path: path)
        case .resource, .expandable:
            guard value.text != nil else { throw Self.container(value, insteadOf: type, path: path) }
        case .array(let element): try check(list: value, element, path: path)
        case .map(let element): try check(map: value, element, path: path)
        case .object(let shape):
            guard let map = value.map else { throw .invalid("Invalid object", param: path) }
            try check(map, shape, path: path)
        case .anyOf(let alternatives): try check(value, anyOf: alternatives, path: path)
        case .nullable(let inner), .emptyOr(let inner):
            if value.text != "" { try check(value, inner, path: path) }
        }
    }

    private func check(list value: FormValue, _ element: TypeShape, path: String) throws(StripeError) {
        guard let elements = value.list else { throw .invalid("Invalid array", param: path) }
        try ArrayLimits.check(elements.count, path: path)
        for (index, item) in elements.enumerated() {
            try check(item, element, path: "\(path)[\(index)]")
        }
    }

    private func check(map value: FormValue, _ element: TypeShape, path: String) throws(StripeError) {
        guard let map = value.map else { throw .invalid("Invalid hash", param: path) }
        for field in map.fields where field.value.text != "" {
            try check(field.value, element, path: join(path, field.name))
        }
    }

    /// One alternative must take the value; else the error of the one that came nearest to its form is told.
    private func check(_ value: FormValue, anyOf alternatives: [TypeShape], path: String) throws(StripeError) {
        var nearest: StripeError?
        for alternative in alternatives {
            do throws(StripeError) {
                return try check(value, alternative, path: path)
            } catch {
                if nearest == nil || Self.hasForm(alternative, of: value) { nearest = error }
            }
        }
        if let nearest { throw nearest }
    }

    private func join(_ path: String, _ name: String) -> String {
        let name = String(name.prefix(100))
        if path.isEmpty { return name }
        return notation == .dots ? "\(path).\(name)" : "\(path)[\(name)]"
    }

    private func isNested(_ path: String) -> Bool {
        path.utf8.contains { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ".") }
    }

    private func unknown(_ name: String, _ shape: ObjectShape, path: String) -> StripeError {
        let param = join(path, name)
        var message = "Received unknown parameter: \(param)."
        if let nearest = NearestName.of(name, among: shape.fields.map(\.name)) {
            message += " Did you mean \(nearest)?"
        }
        return .coded("parameter_unknown", message, param: param)
    }
}

// MARK: Emptiness and form

extension ParameterCheck {
    private static func hasForm(_ type: TypeShape, of value: FormValue) -> Bool {
        switch (type, value) {
        case (.object, .map), (.map, .map), (.array, .list): true
        case (.object, _), (.map, _), (.array, _), (_, .map), (_, .list): false
        case (_, .text): true
        }
    }

    private static func takesEmpty(_ field: FieldShape) -> Bool {
        field.acceptsEmpty || field.isNullable || takesEmpty(field.type)
    }

    private static func unsets(_ field: FieldShape, _ answered: ObjectShape?) -> Bool {
        guard isFreeText(field.type), let member = answered?.field(field.name) else { return false }
        return member.isNullable && isFreeText(member.type)
    }

    private static func isFreeText(_ type: TypeShape) -> Bool {
        if case .string(let shape) = type { shape.format == nil } else { false }
    }

    private static func takesEmpty(_ type: TypeShape) -> Bool {
        switch type {
        case .any, .emptyOr, .nullable: true
        case .enumeration(let words): words.values.contains("")
        case .anyOf(let alternatives): alternatives.contains(where: takesEmpty)
        default: false
        }
    }

    /// An object or a list stands where one value is expected.
    private static func container(_ value: FormValue, insteadOf type: TypeShape, path: String) -> StripeError {
        let noun =
            switch type {
            case .boolean, .alwaysTrue: "boolean"
            case .integer: "integer"
            case .unixTime: "timestamp"
            case .number: "decimal"
            default: "string"
            }
        return .invalid("Invalid \(noun): \(excerpt(value))", param: path)
    }

    /// The value as Stripe's messages show it: `{"foo"=>"bar"}`, its beginning.
    private static func excerpt(_ value: FormValue) -> String {
        let text =
            switch value {
            case .text(let text): text
            case .list(let elements): "[" + elements.prefix(10).map(quoted).joined(separator: ", ") + "]"
            case .map(let map):
                "{" + map.fields.prefix(10).map { "\"\($0.name)\"=>\(quoted($0.value))" }.joined(separator: ", ") + "}"
            }
        return String(text.prefix(100))
    }

    private static func quoted(_ value: FormValue) -> String {
        value.text.map { "\"\($0.prefix(60))\"" } ?? excerpt(value)
    }

    private static func empty(_ path: String) -> StripeError {
        .coded(
            "parameter_invalid_empty",
            "You passed an empty string for '\(path)'. We assume empty values are an attempt to unset a parameter; "
                + "however '\(path)' cannot be unset. You should remove '\(path)' from your request or supply a "
                + "non-empty value.", param: path)
    }
}
