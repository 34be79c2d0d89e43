package import KeybrakeStripe
import Synchronization

/// Owns the worlds and lets many threads use them: one lock for each world, held for microseconds.
package final class EmulatorHost: Sendable {
    /// One world behind its lock.
    final class Cell: Sendable {
        let world: Mutex<World>

        init(_ world: World) {
            self.world = Mutex(world)
        }
    }

    /// Why a control request to a world failed.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    let configuration: EmulatorConfiguration
    /// Known only once the shell listens.
    private let pagesBaseURL: Mutex<String>
    let cells = Mutex<[String: Cell]>([:])
    /// By world and by name.
    let snapshots = Mutex<[String: [String: World]]>([:])

    package init(configuration: EmulatorConfiguration) {
        self.configuration = configuration
        pagesBaseURL = Mutex(configuration.pagesBaseURL)
    }

    /// The answer to one call; the world is created when it is named for the first time.
    package func handle(_ call: EmulatorCall, world name: String, atUnixSeconds now: Int64) -> EmulatorAnswer {
        guard let cell = try? cell(name) else {
            return World.refusal(of: call, worldsMax: configuration.worldsMax)
        }
        return cell.world.withLock { $0.handle(call, atUnixSeconds: now) }
    }

    /// What a hosted page shows a browser, or what a form on it does.
    ///
    /// - Parameters:
    ///   - target: the request's path and query below the prefix of all pages: `/WORLD/c/cs_test_…?x=y`.
    ///   - body: the body of a POST.
    package func page(_ verb: Verb, target: String, body: [UInt8] = [], atUnixSeconds now: Int64) -> EmulatorAnswer {
        // A page is not what a world begins with.
        guard let request = HostedPageRequest(verb: verb, target: target, body: body),
            let cell = cells.withLock({ $0[request.world] })
        else { return PageAnswer.notFound }
        return cell.world.withLock { $0.page(request, atUnixSeconds: now) }
    }

    /// Says where browsers find the pages of the worlds that begin from now on, such as `http://127.0.0.1:8787/pages`.
    package func servePages(at baseURL: String) {
        pagesBaseURL.withLock { $0 = baseURL }
    }

    /// The names of all worlds, sorted.
    package func worlds() -> [String] {
        cells.withLock { $0.keys.sorted() }
    }

    /// The worlds that have webhook endpoints, sorted: those that may have something to deliver.
    package func worldsWithWebhooks() -> [String] {
        cells.withLock { $0 }.filter { $0.value.world.withLock { $0.hasWebhooks } }.keys.sorted()
    }

    /// Makes a world lenient (unknown ids are answered from shape), strict (nothing is), or neither.
    ///
    /// - Throws: ``Failure`` when it is to be both, or when there are too many worlds.
    package func set(world name: String, isLenient: Bool, isStrict: Bool) throws(Failure) {
        guard !(isLenient && isStrict) else { throw Failure(description: "a world is lenient or strict, not both") }
        try cell(name).world.withLock { $0.set(isLenient: isLenient, isStrict: isStrict) }
    }

    /// Moves a world's clock on; what falls due until then happens.
    ///
    /// - Returns: the world's time afterwards.
    /// - Throws: ``Failure`` when the time lies in the world's past.
    package func advanceClock(world name: String, toUnixSeconds target: Int64, atUnixSeconds now: Int64)
        throws(Failure) -> Int64
    {
        let outcome = try cell(name).world.withLock { $0.advance(to: target, atUnixSeconds: now) }
        guard let reached = outcome else { throw Failure(description: "a world's clock cannot go back") }
        return reached
    }

    /// Moves a world's clock on by a number of seconds.
    package func advanceClock(world name: String, bySeconds seconds: Int64, atUnixSeconds now: Int64)
        throws(Failure) -> Int64
    {
        let time = try cell(name).world.withLock { $0.clock.now(atUnixSeconds: now) }
        return try advanceClock(world: name, toUnixSeconds: time + seconds, atUnixSeconds: now)
    }

    /// The cardholder answers the 3-D Secure challenge of a PaymentIntent or SetupIntent that waits for it.
    ///
    /// - Throws: ``Failure`` when there is no such intent or it does not wait.
    package func authenticate(world name: String, paymentIntent id: String, passes: Bool, atUnixSeconds now: Int64)
        throws(Failure)
    {
        let failure = try cell(name).world.withLock { world -> StripeError? in
            do throws(StripeError) {
                try world.authenticate(id, passes: passes, atUnixSeconds: now)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw Failure(description: failure.message) }
    }

    /// Whether the money of a world adds up: over all its accounts, and in each of them.
    package func audit(world name: String) throws(Failure) -> EmulatorAudit {
        // The copy shares its storage, so that a long check does not hold the lock.
        let world = try cell(name).world.withLock { $0 }
        return world.audit()
    }

    /// The Dashboard's payments export of a world, as CSV text.
    package func paymentsCSV(world name: String) -> [UInt8] {
        guard let cell = try? cell(name) else { return [] }
        // The copy shares its storage, so that writing a long file does not hold the lock.
        let world = cell.world.withLock { $0 }
        return world.paymentsCSV()
    }

    /// How a world that begins now is configured.
    var freshConfiguration: EmulatorConfiguration {
        var configuration = configuration
        configuration.pagesBaseURL = pagesBaseURL.withLock { $0 }
        return configuration
    }

    var tooMany: Failure {
        Failure(description: "more than \(configuration.worldsMax) worlds")
    }

    /// The world of that name, which begins when it is named for the first time.
    func cell(_ name: String) throws(Failure) -> Cell {
        try cells.withLock { cells throws(Failure) in
            if let cell = cells[name] { return cell }
            guard cells.count < configuration.worldsMax else { throw tooMany }
            let cell = Cell(World(name: name, configuration: freshConfiguration))
            cells[name] = cell
            return cell
        }
    }
}
