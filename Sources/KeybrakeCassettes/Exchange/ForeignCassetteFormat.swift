package import KeybrakeStripe

/// The other recorders' formats that cassettes are converted from and to, by the name that the command line uses.
package enum ForeignCassetteFormat: String, Sendable, CaseIterable {
    case vcrpy
    case vcr
    case har
    case hoverfly
    case wiremock

    /// Whether files of the format are usually YAML. Those are handed to ``exchanges(_:)`` as the tree that they spell,
    /// with `!!binary` scalars as `{"!!binary": base64}`.
    package var isYAML: Bool { self == .vcrpy || self == .vcr }

    /// The text of a cassette in this format. `base` is what stands before the paths, such as
    /// `https://api.stripe.com`.
    package func text(_ cassette: Cassette, base: String) throws(CassetteError) -> [UInt8] {
        switch self {
        case .vcrpy: try VCRPyFormat.text(cassette, base: base)
        case .vcr: try VCRFormat.text(cassette, base: base)
        case .har: try HARFormat.text(cassette, base: base)
        case .hoverfly: try HoverflyFormat.text(cassette, base: base)
        case .wiremock: try WireMockFormat.text(cassette, base: base)
        }
    }

    /// The exchanges of a file in this format.
    package func exchanges(_ document: JSONValue) throws(ImportFailure) -> [ForeignExchange] {
        switch self {
        case .vcrpy: try VCRPyFormat.exchanges(document)
        case .vcr: try VCRFormat.exchanges(document)
        case .har: try HARFormat.exchanges(document)
        case .hoverfly: try HoverflyFormat.exchanges(document)
        case .wiremock: try WireMockFormat.exchanges(document)
        }
    }

    /// The format of a document, told by its members; `nil` when it is none of them.
    package static func of(_ document: JSONValue) -> ForeignCassetteFormat? {
        if document["interactions"] != nil { return .vcrpy }
        if document["http_interactions"] != nil { return .vcr }
        if document["log"]?["entries"] != nil { return .har }
        if document["data"]?["pairs"] != nil { return .hoverfly }
        if document["mappings"] != nil || document["request"] != nil { return .wiremock }
        return nil
    }
}
