internal import KeybrakeStripe
internal import Synchronization

extension EmulatorHost {
    /// The bytes of a file, as the page of its `url` answers them.
    ///
    /// - Parameter account: the connected account that holds the file; `nil` for the platform.
    /// - Returns: `nil` when there is no such file, or its bytes are not kept.
    package func fileContents(of id: String, account: String? = nil, world name: String) -> FileContents? {
        guard let cell = try? cell(name) else { return nil }
        let world = cell.world.withLock { $0 }
        return world.holder(account)?.contents(of: id)
    }
}

extension World {
    func holder(_ id: String?) -> Account? {
        id == nil || id == platform.id ? platform : id.flatMap { connected[$0] }
    }
}

extension Account {
    func contents(of id: String) -> FileContents? {
        guard let file = store.object(.file, id: id), let bytes = files.bytes(of: id) else { return nil }
        return FileContents(
            name: file.text("filename") ?? id, mediaType: FileContents.mediaType(file.text("type")), bytes: bytes)
    }
}
