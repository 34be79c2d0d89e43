import KeybrakeStripe

@testable import KeybrakeEmulator

/// The plainest call of an operation: what it requires, and no more.
enum PlainUse {
    static func call(_ operation: Operation) -> EmulatorCall {
        let values = operation.pathParameterNames.map { (name: $0, value: "id_plain") }
        let match = OperationMatch(operation: operation, pathParameters: values)
        switch operation.bodyEncoding {
        case .json:
            return EmulatorCall(match: match, json: json(.object(operation.parameters)), requestID: "req_plain")
        case .multipart:
            let body =
                "--X\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\ndispute_evidence\r\n"
                + "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx\r\n--X--\r\n"
            let upload = EmulatorCall.Upload(contentType: "multipart/form-data; boundary=X", bytes: Array(body.utf8))
            return EmulatorCall(match: match, upload: upload, requestID: "req_plain")
        case .form, .none:
            return EmulatorCall(match: match, form: form(operation.parameters), requestID: "req_plain")
        }
    }

    private static func form(_ shape: ObjectShape) -> FormMap {
        FormMap(shape.fields.filter(\.isRequired).map { .init(name: $0.name, value: value($0.type)) })
    }

    private static func value(_ type: TypeShape) -> FormValue {
        switch type {
        case .array(let element): .list([value(element)])
        case .map(let element): .map(["a": value(element)])
        case .object(let shape): .map(form(shape))
        case .anyOf(let alternatives): alternatives.first.map(value) ?? "x"
        case .nullable(let inner), .emptyOr(let inner): value(inner)
        default: .text(text(type))
        }
    }

    private static func json(_ type: TypeShape) -> JSONValue {
        switch type {
        case .boolean, .alwaysTrue: true
        case .integer, .unixTime: 1_000
        case .array(let element): [json(element)]
        case .map: [:]
        case .object(let shape):
            .object(JSONObject(shape.fields.filter(\.isRequired).map { .init(name: $0.name, value: json($0.type)) }))
        case .anyOf(let alternatives): alternatives.first.map(json) ?? "x"
        case .nullable(let inner), .emptyOr(let inner): json(inner)
        default: .string(text(type))
        }
    }

    private static func text(_ type: TypeShape) -> String {
        switch type {
        case .boolean, .alwaysTrue: return "true"
        case .integer: return "1000"
        case .unixTime: return String(Bench.start + 1_000)
        case .number: return "10"
        case .enumeration(let words): return words.values.first { !$0.isEmpty } ?? "x"
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
