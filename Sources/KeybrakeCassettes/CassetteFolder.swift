internal import Glibc

/// A folder of cassettes, and the names that cassettes may have in it.
package struct CassetteFolder: Sendable {
    /// How long a name may be.
    package static let nameBytesMax = 200
    /// How deep folders in the folder are looked into.
    private static let depthMax = 8

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Where the cassette of that name lies; `nil` when the name could lead out of the folder or into hidden files.
    ///
    /// Names are letters, digits, `_`, `-`, `.` and `/`; no part of them is empty or begins with a point.
    package func file(named name: String) -> String? {
        guard !name.isEmpty, name.utf8.count <= Self.nameBytesMax else { return nil }
        for part in name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let first = part.first, first != UInt8(ascii: "."), part.allSatisfy(Self.isAllowed) else {
                return nil
            }
        }
        let isWhole = name.hasSuffix(CassetteFormat.fileExtension)
        return "\(path)/\(name)\(isWhole ? "" : CassetteFormat.fileExtension)"
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        WordByte.isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// The names of all cassettes in the folder and the folders in it, sorted.
    ///
    /// - Throws: ``CassetteError`` when the folder itself cannot be read.
    package func names() throws(CassetteError) -> [String] {
        var names: [String] = []
        guard collect("", depth: 0, into: &names) else { throw DiskFile.failure(path, "read the folder") }
        return names.sorted()
    }

    /// Whether the folder could be read.
    private func collect(_ prefix: String, depth: Int, into names: inout [String]) -> Bool {
        guard let folder = opendir(prefix.isEmpty ? path : "\(path)/\(prefix)") else { return false }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            // SAFETY: the system ends names with a zero byte, and the entry stays valid until the next call.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let whole = prefix.isEmpty ? name : "\(prefix)/\(name)"
            if name.hasSuffix(CassetteFormat.fileExtension) {
                names.append(String(whole.dropLast(CassetteFormat.fileExtension.count)))
            } else if depth < Self.depthMax {
                // What is no folder cannot be opened as one.
                _ = collect(whole, depth: depth + 1, into: &names)
            }
        }
        return true
    }
}
