/// Every operation of Stripe's API and every shape of what it takes and answers, for one API version.
///
/// Read once, at first use, from a text that is part of the program. Facts only.
package final class Catalogue: Sendable {
    /// The catalogue of the program.
    package static let shared = Catalogue(reading: CatalogueText.text)

    /// The operations, sorted by path and verb.
    package let operations: [Operation]
    /// The named types of answers, sorted by name.
    package let resources: [ResourceShape]
    /// The API version that the facts are of, such as `2026-05-27.dahlia`.
    package let apiVersion: String
    /// The SHA-256 of the document that the facts were taken from, in hexadecimal.
    package let specHash: String
    let enumerations: [[String]]
    let objects: [ObjectShape]

    private let paths: PathMatcher
    private let placesByName: [String: Int]
    private let placesByID: [String: Int]
    private let resourcePlaces: [String: Int]

    init(_ parser: CatalogueParser) {
        operations = parser.operations
        resources = parser.resources
        apiVersion = parser.apiVersion
        specHash = parser.specHash
        enumerations = parser.enumerations
        objects = parser.objects
        paths = PathMatcher(parser.operations)
        placesByName = Self.places(parser.operations.map(\.name))
        placesByID = Self.places(parser.operations.map(\.id))
        resourcePlaces = Self.places(parser.resources.map(\.name))
    }

    /// The catalogue that a text states. Of a faulty text only the lines before the fault count, and what is not in the
    /// catalogue is refused everywhere.
    convenience init(reading text: StaticString) {
        var parser = CatalogueParser(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        try? parser.parse()
        self.init(parser)
    }

    /// The operation that a request's method and path name, with the decoded path parameters.
    ///
    /// The path is without query and begins with `/v1/` or `/v2/`. `nil` when there is no such operation, and when the
    /// path could mean another one to another reader: dot segments, empty segments, broken or needless escapes in
    /// words, escaped slashes that would change the route, control characters, bytes that are not UTF-8.
    package func operation(verb: Verb, path: String) -> OperationMatch? {
        var path = path
        return path.withUTF8 { paths.match(verb, $0, among: operations) }
    }

    /// The operation of that name, such as `POST /v1/charges`.
    package func operation(named name: String) -> Operation? {
        placesByName[name].map { operations[$0] }
    }

    /// The operation of that Stripe ID, such as `PostCharges`.
    package func operation(id: String) -> Operation? {
        placesByID[id].map { operations[$0] }
    }

    /// The type of answers of that name, such as `charge` or `payment_intent_next_action`.
    package func resource(_ name: String) -> ResourceShape? {
        resourcePlaces[name].map { resources[$0] }
    }

    private static func places(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }
}
