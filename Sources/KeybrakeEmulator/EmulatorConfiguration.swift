/// How worlds begin.
package struct EmulatorConfiguration: Sendable, Equatable, Codable {
    /// Where a world's time comes from.
    package enum Clock: Sendable, Equatable, Codable {
        /// The time that the shell passes with each call, plus what the world was advanced by.
        case following
        /// Stands still at this time until the world is advanced: the same calls give the same bytes on every run.
        case frozen(atUnixSeconds: Int64)
    }

    /// What becomes of a subscription when the last attempt at an invoice has failed.
    package enum DunningEnd: String, Sendable, Equatable, Codable {
        case canceled
        case unpaid
        case pastDue = "past_due"
    }

    /// Ids, fingerprints and client secrets follow from it and the world's name.
    package var seed: UInt64
    package var clock: Clock
    /// A fresh world knows the customer `cus_test_fixture` with a Visa card as default source.
    package var seedsFixtures: Bool
    /// A strict world refuses what it could only answer from a shape (501), instead of inventing an object.
    package var isStrict: Bool
    /// A lenient world answers from the shape what it would have to refuse because an object does not exist; one that
    /// is not answers 404 `resource_missing`.
    package var isLenient: Bool
    /// How many worlds may exist side by side; a call to one more is answered 503.
    package var worldsMax: Int
    /// How many objects one account of a world may hold; creating one more is answered 507.
    package var objectsMax: Int
    /// How many idempotency keys one account remembers; the oldest are forgotten first.
    package var idempotencyKeysMax: Int
    /// Where browsers reach the hosted pages; the `url` of Checkout sessions and other objects begins with it.
    package var pagesBaseURL: String
    /// Stripe's accounts choose it in their settings.
    package var dunningEnd = DunningEnd.canceled

    /// Where the pages are when nobody says.
    package static let standardPagesBaseURL = "http://127.0.0.1:8787/pages"
    /// What goes wrong with webhook deliveries on purpose.
    var webhookSwitches = WebhookSwitches()

    /// Follows real time, with fixtures, answers everything.
    package static let standard = EmulatorConfiguration(
        seed: 1, clock: .following, seedsFixtures: true, isStrict: false, isLenient: false, worldsMax: 10_000,
        objectsMax: 5_000_000,
        idempotencyKeysMax: 1_000_000)

    package init(
        seed: UInt64, clock: Clock, seedsFixtures: Bool, isStrict: Bool, isLenient: Bool = false, worldsMax: Int,
        objectsMax: Int, idempotencyKeysMax: Int, pagesBaseURL: String = standardPagesBaseURL
    ) {
        self.seed = seed
        self.clock = clock
        self.seedsFixtures = seedsFixtures
        self.isStrict = isStrict
        self.isLenient = isLenient
        self.worldsMax = worldsMax
        self.objectsMax = objectsMax
        self.idempotencyKeysMax = idempotencyKeysMax
        self.pagesBaseURL = pagesBaseURL
    }
}
