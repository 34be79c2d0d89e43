internal import KeybrakeStripe

/// The parts of an exchange that matching formats spell apart: host, path, query, form.
struct ForeignTarget: Hashable {
    let scheme: String
    let host: String
    let path: String
    /// Names as written, brackets included, with their values.
    let query: [Pair]
    /// Empty when the body is no form.
    let form: [Pair]

    struct Pair: Hashable {
        let name: String
        let value: String
    }

    init(_ exchange: ForeignExchange) {
        let parts = exchange.url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let address = parts.first ?? ""
        let start = address.firstRange(of: "://")
        scheme = start.map { String(address[..<$0.lowerBound]) } ?? "https"
        let rest = start.map { address[$0.upperBound...] } ?? address
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        host = String(rest[..<slash])
        path = String(rest[slash...])
        query = parts.count > 1 ? Self.pairs(Array(parts[1].utf8)) : []
        let type = ForeignExchange.header("content-type", in: exchange.requestHeaders) ?? ""
        form = type.hasPrefix("application/x-www-form-urlencoded") ? Self.pairs(exchange.requestBody) : []
    }

    /// The address with a query, as other recorders write it.
    static func url(scheme: String, host: String, path: String, query: [Pair]) -> String {
        let address = "\(scheme)://\(host)\(path)"
        return query.isEmpty ? address : address + "?" + String(decoding: encoded(query), as: UTF8.self)
    }

    /// The pairs as a form body.
    static func encoded(_ pairs: [Pair]) -> [UInt8] {
        var bytes: [UInt8] = []
        for pair in pairs {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            FormEncoder.escape(pair.name, into: &bytes)
            bytes.append(UInt8(ascii: "="))
            FormEncoder.escape(pair.value, into: &bytes)
        }
        return bytes
    }

    private static func pairs(_ form: [UInt8]) -> [Pair] {
        ((try? FormDecoder.decode(form))?.leaves() ?? []).map { Pair(name: $0.path, value: $0.text) }
    }
}

/// Tells the how-manieth of several equal requests an exchange is.
struct RepeatCounter {
    private let totals: [[UInt8]: Int]
    private var seen: [[UInt8]: Int] = [:]
    private var numbers: [[UInt8]: Int] = [:]

    init(_ exchanges: [ForeignExchange]) {
        totals = exchanges.reduce(into: [:]) { $0[Self.key($1), default: 0] += 1 }
    }

    /// The number of the sequence from 1 on, the place of the exchange in it from 1 on, and the length; `nil` for a
    /// request that is there once.
    mutating func next(_ exchange: ForeignExchange) -> (sequence: Int, place: Int, length: Int)? {
        let key = Self.key(exchange)
        guard let total = totals[key], total > 1 else { return nil }
        let sequence = numbers[key] ?? numbers.count + 1
        numbers[key] = sequence
        seen[key, default: 0] += 1
        return (sequence, seen[key] ?? 1, total)
    }

    private static func key(_ exchange: ForeignExchange) -> [UInt8] {
        Array("\(exchange.method) \(exchange.url)\n".utf8) + exchange.requestBody
    }
}
