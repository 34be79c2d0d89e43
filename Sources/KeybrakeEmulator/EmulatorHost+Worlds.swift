internal import Synchronization

/// Worlds as wholes: forgotten, copied, kept under a name, written down. A copy shares its storage with the original
/// until one of the two changes, so all of these but the last take microseconds whatever a world holds.
extension EmulatorHost {
    /// How many snapshots one world may have.
    package static let snapshotsMax = 1_000
    static let nameBytesMax = 255

    /// Forgets everything in a world, but not its snapshots; the next call finds it fresh.
    package func reset(world name: String) {
        discard(cells.withLock { $0.removeValue(forKey: name) })
    }

    /// Forgets a world and its snapshots.
    package func delete(world name: String) {
        reset(world: name)
        discard(snapshots.withLock { $0.removeValue(forKey: name) })
    }

    /// Makes a world that begins as a copy of another one; the two then go their own ways.
    ///
    /// - Throws: ``Failure`` when there are too many worlds. A world of that name is replaced.
    package func fork(world name: String, into copy: String) throws(Failure) {
        var world = try cell(name).world.withLock { $0 }
        world.addressPages(as: copy)
        try put(world, as: copy)
    }

    /// Keeps a world as it is now under a name, in the place of an earlier snapshot of that name.
    package func snapshot(world name: String, as snapshot: String) throws(Failure) {
        guard !snapshot.isEmpty, snapshot.utf8.count <= Self.nameBytesMax else {
            throw Failure(description: "a snapshot's name has 1 to \(Self.nameBytesMax) bytes")
        }
        let world = try cell(name).world.withLock { $0 }
        let old = try snapshots.withLock { all throws(Failure) -> World? in
            let count = all[name]?.count ?? 0
            guard count < Self.snapshotsMax || all[name]?[snapshot] != nil else {
                throw Failure(description: "a world has at most \(Self.snapshotsMax) snapshots")
            }
            return all[name, default: [:]].updateValue(world, forKey: snapshot)
        }
        discard(old)
    }

    /// Puts a world back to how it was when that snapshot was made; the snapshot stays. A clock that follows real time
    /// shows the present again.
    ///
    /// - Throws: ``Failure`` when there is no such snapshot.
    package func restore(world name: String, from snapshot: String) throws(Failure) {
        guard let world = snapshots.withLock({ $0[name]?[snapshot] }) else {
            throw Failure(description: "the world \(name) has no snapshot \(snapshot)")
        }
        try put(world, as: name)
    }

    /// The names of a world's snapshots, sorted.
    package func snapshots(world name: String) -> [String] {
        snapshots.withLock { $0[name]?.keys.sorted() ?? [] }
    }

    /// Forgets a snapshot; `false` when there is none of that name.
    package func delete(snapshot: String, world name: String) -> Bool {
        let old = snapshots.withLock { $0[name]?.removeValue(forKey: snapshot) }
        discard(old)
        return old != nil
    }

    /// A whole world as text, one JSON object a line, for ``load(world:from:)``.
    package func save(world name: String) throws(Failure) -> [UInt8] {
        // The copy shares its storage, so that writing a long text does not hold the lock.
        let world = try cell(name).world.withLock { $0 }
        do {
            return try WorldFile.write(world)
        } catch {
            throw Failure(description: "the world \(name) cannot be written: \(error)")
        }
    }

    /// Puts a saved world in the place of the one of that name; it goes on as if it had never been saved.
    ///
    /// - Throws: ``Failure`` that names the first line at fault; the world of that name is then as it was.
    package func load(world name: String, from text: [UInt8]) throws(Failure) {
        var world: World
        do throws(WorldFile.Failure) {
            world = try WorldFileReader.read(text, host: freshConfiguration)
        } catch {
            throw Failure(description: error.description)
        }
        world.addressPages(as: name)
        try put(world, as: name)
    }

    private func put(_ world: World, as name: String) throws(Failure) {
        let cell = Cell(world)
        let old = try cells.withLock { cells throws(Failure) -> Cell? in
            guard cells[name] != nil || cells.count < configuration.worldsMax else { throw tooMany }
            return cells.updateValue(cell, forKey: name)
        }
        discard(old)
    }

    /// Lets go of a world, or of several, which takes a while for large ones: nobody has to wait for it.
    private func discard<Discarded: Sendable>(_ old: Discarded?) {
        guard let old else { return }
        Task.detached(priority: .background) { withExtendedLifetime(old) {} }
    }
}
