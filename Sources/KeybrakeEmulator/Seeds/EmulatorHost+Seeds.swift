package import KeybrakeStripe
internal import Synchronization

/// Objects in and out of worlds.
extension EmulatorHost {
    /// Puts objects into a world, one JSON object a line, each with `object` and `id`; replaces those of the same id.
    /// A fixture file of the Stripe CLI is taken as well: its calls are made.
    ///
    /// - Returns: how many objects were read, or calls were made.
    /// - Throws: ``Failure`` that names the first line at fault; lines before it are in the world. When a fixture
    ///   fails, none of the file's calls has happened.
    package func seed(world name: String, lines: [UInt8], atUnixSeconds now: Int64) throws(Failure) -> Int {
        guard !Fixtures.isFile(lines) else { return try run(lines, world: name, atUnixSeconds: now) }
        return try Self.count(try cell(name).world.withLock { $0.seed(lines: lines, atUnixSeconds: now) })
    }

    /// Puts the objects in the bodies of recorded answers into a world: whole answers, the elements of lists, what
    /// errors carry, and what is expanded in any of them. Of an object that is there several times, the last counts.
    ///
    /// - Returns: how many objects were read.
    /// - Throws: ``Failure`` that names the first body at fault as a line; bodies before it are in the world.
    package func seed(world name: String, responses: [JSONValue], atUnixSeconds now: Int64) throws(Failure) -> Int {
        try Self.count(try cell(name).world.withLock { $0.seed(responses: responses, atUnixSeconds: now) })
    }

    /// Everything that the accounts of a world remember, as JSON lines that ``seed(world:lines:atUnixSeconds:)`` takes
    /// again: objects, events, the ledger and the webhook deliveries. What time will bring, ids and the clock are not
    /// among them; for these there is ``save(world:)``.
    package func export(world name: String) throws(Failure) -> [UInt8] {
        // The copy shares its storage, so that writing a long text does not hold the lock.
        let world = try cell(name).world.withLock { $0 }
        return world.exportLines()
    }

    private func run(_ file: [UInt8], world name: String, atUnixSeconds now: Int64) throws(Failure) -> Int {
        let outcome = try cell(name).world.withLock { world -> Result<Int, Failure> in
            var changed = world
            do throws(Fixtures.Failure) {
                let count = try Fixtures(file).run(in: &changed, atUnixSeconds: now)
                world = changed
                return .success(count)
            } catch {
                return .failure(Failure(description: error.reason))
            }
        }
        return try outcome.get()
    }

    private static func count(_ outcome: Result<Int, SeedFailure>) throws(Failure) -> Int {
        switch outcome {
        case .success(let count): return count
        case .failure(let failure): throw Failure(description: failure.description)
        }
    }
}
