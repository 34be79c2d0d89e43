import KeybrakeStripe
import Yams

/// Another recorder's file as one JSON value, whether it is JSON or YAML.
enum ForeignDocument {
    /// Reads the file. Of YAML, bytes become `{"!!binary": base64}`; aliases are refused, because none of the recorders
    /// writes them and they can make a small file huge.
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
        return try value(node, depth: 0, path: path)
    }

    private static func value(_ node: Node, depth: Int, path: String) throws -> JSONValue {
        guard depth < JSONParser.depthMax else { throw SettingsFailure(description: "\(path) is nested too deeply") }
        switch node {
        case .scalar(let scalar): return self.scalar(node, scalar)
        case .sequence(let sequence):
            return .array(try sequence.map { try value($0, depth: depth + 1, path: path) })
        case .mapping(let mapping):
            var object = JSONObject()
            for (name, member) in mapping {
                object.append(name.string ?? "", try value(member, depth: depth + 1, path: path))
            }
            return .object(object)
        case .alias:
            throw SettingsFailure(description: "\(path) holds YAML aliases, which are not read")
        }
    }

    private static func scalar(_ node: Node, _ scalar: Node.Scalar) -> JSONValue {
        switch node.tag.rawValue {
        case "tag:yaml.org,2002:null": .null
        case "tag:yaml.org,2002:bool": .bool(node.bool ?? false)
        case "tag:yaml.org,2002:int": node.int.map { .integer(Int64($0)) } ?? .string(scalar.string)
        case "tag:yaml.org,2002:binary": ["!!binary": .string(scalar.string)]
        default: .string(scalar.string)
        }
    }
}
