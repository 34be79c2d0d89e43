import KeybrakeStripe

@testable import KeybrakeEmulator

/// Calls of an operation that are made up from its parameters' shapes.
struct PlainUse {
    /// How much is sent.
    enum Extent: CaseIterable {
        /// What the operation requires, and no more.
        case minimal
        /// Every parameter, to the deepest level: the first word of each list of words, the first of alternatives.
        case maximal
        /// The same with the last words and the last alternatives.
        case otherMaximal
    }

    var extent = Extent.minimal
    /// What every path parameter is.
    var id = "id_plain"

    static func call(_ operation: Operation, _ extent: Extent = .minimal) -> EmulatorCall {
        PlainUse(extent: extent).call(operation)
    }

    func call(_ operation: Operation) -> EmulatorCall {
        let values = operation.pathParameterNames.map { (name: $0, value: id) }
        let match = OperationMatch(operation: operation, pathParameters: values)
        switch operation.bodyEncoding {
        case .json:
            return EmulatorCall(match: match, json: json(.object(operation.parameters), 0), requestID: "req_plain")
        case .multipart:
            let body =
                "--X\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\ndispute_evidence\r\n"
                + "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx\r\n--X--\r\n"
            let upload = EmulatorCall.Upload(contentType: "multipart/form-data; boundary=X", bytes: Array(body.utf8))
            return EmulatorCall(match: match, upload: upload, requestID: "req_plain")
        case .form, .none:
            return EmulatorCall(match: match, form: form(operation.parameters, 0), requestID: "req_plain")
        }
    }

    private func fields(_ shape: ObjectShape, _ depth: Int) -> [FieldShape] {
        shape.fields.filter { $0.isRequired || extent != .minimal && $0.name != "expand" && depth < 12 }
    }

    private func form(_ shape: ObjectShape, _ depth: Int) -> FormMap {
        FormMap(fields(shape, depth).map { .init(name: $0.name, value: value($0.type, depth + 1)) })
    }

    private func value(_ type: TypeShape, _ depth: Int) -> FormValue {
        switch type {
        case .array(let element): .list([value(element, depth)])
        case .map(let element): .map(["a": value(element, depth)])
        case .object(let shape): .map(form(shape, depth))
        case .anyOf(let alternatives): alternative(alternatives).map { value($0, depth) } ?? "x"
        case .nullable(let inner), .emptyOr(let inner): value(inner, depth)
        default: .text(text(type))
        }
    }

    private func json(_ type: TypeShape, _ depth: Int) -> JSONValue {
        switch type {
        case .boolean, .alwaysTrue: true
        case .integer, .unixTime: 1_000
        case .array(let element): [json(element, depth)]
        case .map(let element): extent == .minimal ? [:] : ["a": json(element, depth)]
        case .object(let shape):
            .object(JSONObject(fields(shape, depth).map { .init(name: $0.name, value: json($0.type, depth + 1)) }))
        case .anyOf(let alternatives): alternative(alternatives).map { json($0, depth) } ?? "x"
        case .nullable(let inner), .emptyOr(let inner): json(inner, depth)
        default: .string(text(type))
        }
    }

    private func alternative(_ alternatives: [TypeShape]) -> TypeShape? {
        extent == .otherMaximal ? alternatives.last : alternatives.first
    }

    private func text(_ type: TypeShape) -> String {
        switch type {
        case .boolean, .alwaysTrue: return "true"
        case .integer: return "1000"
        case .unixTime: return String(Bench.start + 1_000)
        case .number: return "10"
        case .enumeration(let words):
            let known = words.values.filter { !$0.isEmpty }
            return (extent == .otherMaximal ? known.last : known.first) ?? "x"
        case .string(let shape):
            switch shape.format {
            case .currency: return "usd"
            case .decimal, .integer64: return "10"
            case .dateTime: return CivilTime.rfc3339(Bench.start)
            default: return shape.lengthMax.map { String("xx".prefix($0)) } ?? "xx"
            }
        default: return "xx"
        }
    }
}
