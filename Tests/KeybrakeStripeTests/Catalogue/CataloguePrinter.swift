@testable import KeybrakeStripe

/// Writes a catalogue as the text that it was read from.
enum CataloguePrinter {
    static func text(_ catalogue: Catalogue) -> String {
        var lines = ["V \(catalogue.apiVersion)", "H \(catalogue.specHash)"]
        lines += catalogue.enumerations.map { "E " + $0.joined(separator: " ") }
        lines += catalogue.objects.map { "O" + $0.fields.map { " " + field($0) }.joined() }
        lines += catalogue.resources.map { "R \($0.name) \(type($0.type))" }
        lines += catalogue.operations.map(operation)
        return lines.joined(separator: "\n")
    }

    private static func field(_ field: FieldShape) -> String {
        field.name + (field.isRequired ? "!" : "") + ":" + (field.isNullable ? "?" : "")
            + (field.acceptsEmpty ? "~" : "") + type(field.type)
    }

    private static func type(_ type: TypeShape) -> String {
        switch type {
        case .any: "*"
        case .boolean: "b"
        case .alwaysTrue: "B"
        case .integer: "i"
        case .unixTime: "t"
        case .number: "n"
        case .string(let shape): string(shape)
        case .enumeration(let words): enumeration(words)
        case .array(let element): "[" + self.type(element)
        case .map(let value): "{" + self.type(value)
        case .object(let shape): "o\(shape.number)"
        case .resource(let name): "@" + name
        case .expandable(let names): "<" + names.joined(separator: "|") + ">"
        case .anyOf(let types): "(" + types.map(self.type).joined(separator: "|") + ")"
        case .nullable(let inner): "?" + self.type(inner)
        case .emptyOr(let inner): "~" + self.type(inner)
        }
    }

    private static func string(_ shape: StringShape) -> String {
        switch shape.format {
        case .currency: "c"
        case .decimal: "d"
        case .dateTime: "D"
        case .integer64: "l"
        case .binary: "x"
        case .listPath(let path): "u" + path
        case nil: shape.lengthMax.map { $0 == 5_000 ? "S" : "s\($0)" } ?? "s"
        }
    }

    private static func enumeration(_ words: Enumeration) -> String {
        guard let number = words.number else { return "=" + words.values[0] }
        return (words.isOpen ? "E" : "e") + String(number) + (words.lengthMax.map { ".\($0)" } ?? "")
    }

    private static func operation(_ operation: Operation) -> String {
        let body: [BodyEncoding: String] = [.none: "-", .form: "f", .json: "j", .multipart: "m"]
        var words = [
            "P", operation.verb.text, operation.pathTemplate, operation.id, body[operation.bodyEncoding, default: "?"],
            "\(operation.action.form.rawValue):\(operation.action.resource ?? "-")", operation.moneyClass.rawValue,
            operation.meter.rawValue, "o\(operation.parameters.number)", type(operation.response),
        ]
        let rule = operation.amountRule
        if !rule.sums.isEmpty {
            words.append("amount=" + rule.sums.map { $0.map(path).joined(separator: "+") }.joined(separator: "|"))
        }
        if let currency = rule.currency { words.append("currency=" + path(currency)) }
        if rule.reading != .plain { words.append("reading=\(rule.reading.rawValue)") }
        if rule.otherwise != .nobody { words.append("otherwise=\(rule.otherwise.rawValue)") }
        if !rule.unless.isEmpty { words.append("unless=" + rule.unless.map(path).joined(separator: "+")) }
        if operation.host != OperationLine.defaultHost { words.append("host=" + operation.host) }
        if operation.isDeprecated { words.append("deprecated") }
        return words.joined(separator: " ")
    }

    private static func path(_ path: AmountRule.Path) -> String {
        path[0] + path.dropFirst().map { "[\($0)]" }.joined()
    }
}
