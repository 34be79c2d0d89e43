internal import KeybrakeStripe
internal import Synchronization

/// The API versions that a world's clients asked for. Any well-formed one is taken and echoed; the shapes are always
/// those of the catalogue's.
struct Versions: Sendable, Codable {
    /// How many different versions are remembered.
    static let seenMax = 1_000

    private var seen: Set<String> = []
    private var unreported: [String] = []

    /// Takes notice of the version of a call.
    ///
    /// - Parameter isLenient: takes any text, as clients' own test suites send it.
    /// - Throws: 400 for a text that is no version.
    mutating func take(_ text: String?, isLenient: Bool) throws(StripeError) {
        guard let text, text != Catalogue.shared.apiVersion, !seen.contains(text) else { return }
        guard isLenient || Self.isWellFormed(text) else {
            throw .invalid("Invalid Stripe API version: \(text.prefix(60))")
        }
        guard seen.count < Self.seenMax else { return }
        seen.insert(text)
        unreported.append(text)
    }

    /// The versions that are not the catalogue's and were not handed out before, in the order of their first use.
    mutating func report() -> [String] {
        defer { unreported = [] }
        return unreported
    }

    /// A date that exists, optionally with a name (`2026-05-27.dahlia`), optionally with betas
    /// (`2024-04-10; custom_beta=v1`).
    private static func isWellFormed(_ text: String) -> Bool {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let version = parts.first.map(String.init) ?? ""
        guard text.utf8.count <= 200, APIVersion(version) != nil else { return false }
        if parts.count > 1, !parts[1].utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ",") }) {
            return false
        }
        let numbers = version.prefix(10).split(separator: "-").compactMap { Int($0) }
        return numbers.count == 3 && numbers[0] >= 2010 && (1...12).contains(numbers[1])
            && (1...days(of: numbers[1], in: numbers[0])).contains(numbers[2])
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension EmulatorHost {
    /// The API versions that a world's clients have asked for and that are not the catalogue's; each is told once.
    package func takeUnknownVersions(world name: String) -> [String] {
        guard let cell = try? cell(name) else { return [] }
        return cell.world.withLock { $0.versions.report() }
    }
}
