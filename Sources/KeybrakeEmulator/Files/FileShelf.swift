/// The bytes of an account's files. The oldest go first when there are too many; the files themselves stay remembered.
struct FileShelf: Sendable {
    static let bytesMax = 64 * 1_048_576

    private var contents: [String: [UInt8]] = [:]
    private var order: [String] = []
    private var bytesKept = 0

    func bytes(of id: String) -> [UInt8]? { contents[id] }

    /// Keeps a file's bytes, unless it is larger than all may be together.
    mutating func keep(_ bytes: [UInt8], of id: String) {
        guard bytes.count <= Self.bytesMax, contents[id] == nil else { return }
        contents[id] = bytes
        order.append(id)
        bytesKept += bytes.count
        while bytesKept > Self.bytesMax, !order.isEmpty {
            bytesKept -= contents.removeValue(forKey: order.removeFirst())?.count ?? 0
        }
    }
}
