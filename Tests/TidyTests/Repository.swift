import Foundation

/// The checkout that this test was compiled from, read from disk.
struct Repository {
    let root: URL

    /// Found from this file's own path, so that no working directory or variable matters.
    static let current = Repository(
        root: URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    )

    /// Names at the top level, sorted.
    func topLevelNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    }

    /// Paths of regular files under `folder`, relative to the root, sorted; dot folders are left out.
    func files(under folder: String, ending suffix: String = "") -> [String] {
        let start = root.appending(path: folder)
        guard let walker = FileManager.default.enumerator(at: start, includingPropertiesForKeys: [.isRegularFileKey])
        else { return [] }
        var paths: [String] = []
        for case let url as URL in walker {
            if url.lastPathComponent.hasPrefix(".") || url.lastPathComponent == "__pycache__" {
                walker.skipDescendants()
                continue
            }
            let isFile = (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) ?? false
            if isFile, url.path.hasSuffix(suffix) {
                paths.append(relativePath(of: url))
            }
        }
        return paths.sorted()
    }

    /// Names of the folders directly inside `folder`, sorted.
    func folders(in folder: String) -> [String] {
        let path = root.appending(path: folder).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { exists("\(folder)/\($0)", isDirectory: true) }.sorted()
    }

    func exists(_ path: String, isDirectory wantsDirectory: Bool? = nil) -> Bool {
        var isDirectory: ObjCBool = false
        let found = FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isDirectory)
        return found && (wantsDirectory ?? isDirectory.boolValue) == isDirectory.boolValue
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Every Swift file under these folders that people write, read anew.
    func swiftSources(under folders: [String]) throws -> [SwiftSource] {
        try folders.flatMap { files(under: $0, ending: ".swift") }
            .filter { !SizeRules.generatedFiles.contains($0.split(separator: "/").last.map(String.init) ?? $0) }
            .map { SwiftSource(path: $0, text: try text($0)) }
    }

    private func relativePath(of url: URL) -> String {
        let prefix = root.path.hasSuffix("/") ? root.path : root.path + "/"
        let path = url.path
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}
