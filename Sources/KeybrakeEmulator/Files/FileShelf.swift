internal import KeybrakeCrypto

/// The bytes of an account's files. The oldest go first when there are too many; the files themselves stay remembered.
struct FileShelf: Sendable, Codable {
    private let bytesMax: Int
    /// As base64, so that a saved world has them as texts.
    private var contents: [String: String] = [:]
    private var order: [String] = []
    private var charactersKept = 0

    init(bytesMax: Int = 64 * 1_048_576) {
        self.bytesMax = bytesMax
    }

    func bytes(of id: String) -> [UInt8]? { contents[id].flatMap { Base64.bytes($0) } }

    /// Keeps a file's bytes, unless it is larger than all may be together.
    mutating func keep(_ bytes: [UInt8], of id: String) {
        guard bytes.count <= bytesMax, contents[id] == nil else { return }
        let text = Base64.text(bytes)
        contents[id] = text
        order.append(id)
        charactersKept += text.utf8.count
        while charactersKept > (bytesMax + 2) / 3 * 4, !order.isEmpty {
            charactersKept -= contents.removeValue(forKey: order.removeFirst())?.utf8.count ?? 0
        }
    }
}
