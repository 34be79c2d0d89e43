import Glibc
import KeybrakeCassettes
import KeybrakeStripe

/// A folder that is removed at the end of a test.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/keybrake-cassettes-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func bytes(_ name: String) -> [UInt8] {
        guard let file = fopen(file(name), "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

    func write(_ bytes: some Collection<UInt8>, to name: String) {
        guard let file = fopen(file(name), "w") else { return }
        fwrite(Array(bytes), 1, bytes.count, file)
        fclose(file)
    }
}

extension CassetteHeader {
    /// 2026-11-22 16:40:00 UTC.
    static let test = CassetteHeader(
        apiVersion: "2026-05-27.dahlia", source: .emulator, recorder: "keybrake test",
        createdAtMicroseconds: 1_795_365_600_000_000)
}

extension RecordedRequest {
    /// A POST with a form, or a GET with a query, as it would come off the wire.
    static func call(_ operation: String, path: String? = nil, _ form: String = "") throws -> RecordedRequest {
        let template = operation.split(separator: " ").last.map { String($0) } ?? ""
        return RecordedRequest(
            operation: operation, path: path ?? template, parameters: try FormDecoder.decode(form))
    }
}

extension Interaction {
    /// An interaction answered with JSON.
    static func json(_ request: RecordedRequest, status: Int = 200, _ json: JSONValue) -> Interaction {
        Interaction(
            request: request,
            response: RecordedResponse(
                status: status,
                headers: [
                    ("Content-Type", "application/json"), ("Date", "Sun, 22 Nov 2026 16:40:01 GMT"),
                    ("Request-Id", "req_stripe1"), ("Stripe-Version", "2026-05-27.dahlia"),
                    ("Server", "nginx"), ("Set-Cookie", "machine=1"),
                ],
                body: .json(json)),
            decision: "allowed",
            volatile: VolatileFacts(
                recordedAtMicroseconds: 1_795_365_601_250_000, latencyMicroseconds: 84_211, requestID: "req_ours1"))
    }
}

extension Cassette {
    /// What a recorder makes of the interactions, loaded again.
    static func recorded(_ interactions: [Interaction]) throws -> Cassette {
        let folder = TemporaryFolder()
        let path = folder.file("test.cassette")
        let recorder = try CassetteRecorder.open(path: path, header: .test).recorder
        for interaction in interactions { try recorder.append(interaction) }
        try recorder.close()
        return try Cassette.load(path: path).cassette
    }
}

extension Playback {
    /// The interaction number and body of a hit.
    var hit: ReplayedResponse? {
        if case .hit(let response) = self { response } else { nil }
    }

    var miss: Miss? {
        if case .miss(let miss) = self { miss } else { nil }
    }

    var json: JSONValue? { hit.flatMap { try? JSONParser.parse($0.body) } }
}
