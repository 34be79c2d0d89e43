/// The bytes of uploaded files, as many as there is room for; the oldest are let go of first.
struct FileContents: Sendable {
    /// How many bytes an account keeps.
    static let bytesMax = 64 * 1_024 * 1_024

    private var contents: [String: [UInt8]] = [:]
    private var order: [String] = []
    private var total = 0

    mutating func keep(_ bytes: [UInt8], id: String) {
        guard bytes.count <= Self.bytesMax else { return }
        contents[id] = bytes
        order.append(id)
        total += bytes.count
        while total > Self.bytesMax, let oldest = order.first {
            total -= contents.removeValue(forKey: oldest)?.count ?? 0
            order.removeFirst()
        }
    }

    subscript(id: String) -> [UInt8]? { contents[id] }
}
