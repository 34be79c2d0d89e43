/// Decodes `application/x-www-form-urlencoded` text with Stripe's bracket notation into a tree.
///
/// Strict on purpose: a proxy that reads one value and forwards another is no proxy. A scalar given twice, a name that
/// is both scalar and map, `a[0]` mixed with `a[]`, broken escapes, bytes that are not UTF-8 and unbalanced brackets
/// are refused. `a[]=x` and `a[0]=x` both become a list; indices that do not count from zero stay a map.
package struct FormDecoder {
    /// How many pairs one form may hold.
    package static let pairsMax = 1_000
    /// How many brackets one name may have.
    package static let depthMax = 12
    /// How long one decoded name may be.
    package static let nameBytesMax = 1_024

    /// Why a form cannot be judged; `path` is the name as it was written, cut to a readable length.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// The kinds of failure, for metrics and tests.
        package enum Reason: String, Error {
            case repeatedScalar = "parameter given more than once"
            case mixedShapes = "parameter is given both as a value and as a list or map"
            case brokenEscape = "broken percent escape"
            case notUTF8 = "bytes that are not UTF-8"
            case controlCharacter = "NUL character"
            case brokenName = "parameter name with unbalanced brackets"
            case emptyName = "parameter without a name"
            case tooManyPairs = "too many parameters"
            case tooDeep = "parameter nested too deeply"
            case nameTooLong = "parameter name too long"
        }
        package let reason: Reason
        package let path: String
        package var description: String { path.isEmpty ? reason.rawValue : "\(reason.rawValue): \(path)" }
    }

    /// The tree that the bytes spell; no bytes spell the empty tree.
    package static func decode(_ bytes: some Collection<UInt8>) throws(Failure) -> FormMap {
        let outcome =
            bytes.withContiguousStorageIfAvailable { decodeBuffer($0) }
            ?? Array(bytes).withUnsafeBufferPointer(decodeBuffer)
        return try outcome.get()
    }

    /// The tree that the text spells.
    package static func decode(_ text: String) throws(Failure) -> FormMap {
        try decode(Array(text.utf8))
    }

    private static func decodeBuffer(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<FormMap, Failure> {
        var root = FormMap()
        var pairs = 0
        var start = 0
        do throws(Failure) {
            while start < bytes.count {
                var end = start
                var equals: Int?
                while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
                    if equals == nil, bytes[end] == UInt8(ascii: "=") { equals = end }
                    end += 1
                }
                if end > start {
                    pairs += 1
                    guard pairs <= pairsMax else { throw Failure(reason: .tooManyPairs, path: "") }
                    let name = try text(bytes[start..<(equals ?? end)])
                    let value = try equals.map { (at) throws(Failure) in try text(bytes[(at + 1)..<end]) } ?? ""
                    try insert(value, at: name, into: &root)
                }
                start = end + 1
            }
        } catch {
            return .failure(error)
        }
        return .success(FormIndexing.listsFromIndices(root))
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws(Failure) -> String {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") || $0 == 0 }) else {
            return try validated(UnsafeBufferPointer(rebasing: bytes))
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var at = bytes.startIndex
        while at < bytes.endIndex {
            switch bytes[at] {
            case UInt8(ascii: "+"):
                decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard at + 2 < bytes.endIndex, let high = hexDigitValue(bytes[at + 1]),
                    let low = hexDigitValue(bytes[at + 2])
                else {
                    throw Failure(reason: .brokenEscape, path: excerpt(bytes))
                }
                decoded.append(high << 4 | low)
                at += 2
            default:
                decoded.append(bytes[at])
            }
            at += 1
        }
        guard !decoded.contains(0) else { throw Failure(reason: .controlCharacter, path: excerpt(bytes)) }
        guard let text = decoded.withUnsafeBufferPointer({ String(utf8: $0) }) else {
            throw Failure(reason: .notUTF8, path: "")
        }
        return text
    }

    private static func validated(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> String {
        guard let text = String(utf8: bytes) else { throw Failure(reason: .notUTF8, path: "") }
        return text
    }

    private static func excerpt(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.prefix(60), as: UTF8.self)
    }

    private static func insert(_ value: String, at name: String, into root: inout FormMap) throws(Failure) {
        guard name.utf8.count <= nameBytesMax else {
            throw Failure(reason: .nameTooLong, path: String(name.prefix(60)))
        }
        let path = try FormPath(name)
        if case .name(let key) = path.parts[0], path.parts.count == 1, root[key] == nil {
            // Most parameters: no brackets, not seen before.
            return root.append(.init(name: key, value: .text(value)))
        }
        try insert(value, path.parts[...], into: &root, name: name)
    }

    private static func insert(
        _ value: String, _ parts: ArraySlice<FormPath.Part>, into map: inout FormMap, name: String
    ) throws(Failure) {
        guard case .name(let key)? = parts.first else { throw Failure(reason: .mixedShapes, path: name) }
        let rest = parts.dropFirst()
        guard let index = map.fields.firstIndex(where: { $0.name == key }) else {
            return map.append(.init(name: key, value: fresh(value, rest)))
        }
        try map.update(at: index) { (existing) throws(Failure) in
            try merge(value, rest, into: &existing, name: name)
        }
    }

    private static func merge(
        _ value: String, _ rest: ArraySlice<FormPath.Part>, into existing: inout FormValue, name: String
    ) throws(Failure) {
        switch (existing, rest.first) {
        case (.text, nil): throw Failure(reason: .repeatedScalar, path: name)
        case (.map(var map), .name?):
            existing = .text("")
            try insert(value, rest, into: &map, name: name)
            existing = .map(map)
        case (.list(var elements), .append?):
            existing = .text("")
            try append(value, rest.dropFirst(), to: &elements, name: name)
            existing = .list(elements)
        default: throw Failure(reason: .mixedShapes, path: name)
        }
    }

    /// `a[][b]=1&a[][c]=2` fills one element; a name that the last element has already begins the next one.
    private static func append(
        _ value: String, _ rest: ArraySlice<FormPath.Part>, to elements: inout [FormValue], name: String
    ) throws(Failure) {
        if case .map(let last)? = elements.last, case .name(let key)? = rest.first, last[key] == nil {
            try merge(value, rest, into: &elements[elements.count - 1], name: name)
        } else {
            elements.append(fresh(value, rest))
        }
    }

    private static func fresh(_ value: String, _ rest: ArraySlice<FormPath.Part>) -> FormValue {
        switch rest.first {
        case nil: .text(value)
        case .name(let key): .map(FormMap([.init(name: key, value: fresh(value, rest.dropFirst()))]))
        case .append: .list([fresh(value, rest.dropFirst())])
        }
    }
}
