import KeybrakeStripe
import Yams

/// Another recorder's file as one JSON value, whether it is JSON or YAML.
enum ForeignDocument {
    static func read(_ path: String) throws -> JSONValue {
        let bytes = try DiskBytes.read(path)
        if let json = try? JSONParser.parse(bytes) { return json }
        let node: Node?
        do {
            node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw SettingsFailure(description: "\(path) is neither JSON nor YAML: \(error)")
        }
        guard let node else { throw SettingsFailure(description: "\(path) is empty") }
        return value(node)
    }

    private static func value(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping):
            return .object(JSONObject(mapping.map { .init(name: $0.key.string ?? "", value: value($0.value)) }))
        case .sequence(let sequence):
            return .array(sequence.map(value))
        case .scalar(let scalar):
            if scalar.tag.description.hasSuffix("binary") {
                return ["!!binary": .string(scalar.string.filter { !$0.isWhitespace })]
            }
            if let number = node.int { return .integer(Int64(number)) }
            if let truth = node.bool { return .bool(truth) }
            return node.null == nil ? .string(scalar.string) : .null
        case .alias:
            return .null
        }
    }
}
